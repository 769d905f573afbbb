import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PipelineFunction } from '../../../../lib/shared/pipeline-function';
import { emptyStack } from '../synth';

const stack = emptyStack();
new PipelineFunction(stack, 'Fn', {
  folder: 'topics',
  description: 'does things',
  timeout: Duration.seconds(7),
  environment: { A: 'b' },
  logRetention: RetentionDays.THREE_MONTHS,
});
const template = Template.fromStack(stack);

test('the function is as its props say', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Description: 'does things',
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    MemorySize: 256,
    Timeout: 7,
    Environment: { Variables: { A: 'b' } },
  });
});

test('its log has the configured retention, and is deleted with the stack', () => {
  template.hasResource('AWS::Logs::LogGroup', {
    Properties: { RetentionInDays: 90 },
    DeletionPolicy: 'Delete',
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('^FnLog') } },
  });
});

test.each([
  [undefined, 2],
  [0, 0],
])('a failed event is retried as often as configured (%p)', (retryAttempts, expected) => {
  const other = emptyStack();
  new PipelineFunction(other, 'Fn', {
    folder: 'topics',
    description: 'does things',
    timeout: Duration.seconds(7),
    retryAttempts,
    logRetention: RetentionDays.ONE_WEEK,
  });
  Template.fromStack(other).hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    MaximumRetryAttempts: expected,
  });
});

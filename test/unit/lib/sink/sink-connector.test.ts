import { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { connectorConfig } from '../../../../lib/sink/connector-config';
import { SinkConnector } from '../../../../lib/sink/sink-connector';
import { deployment, emptyStack, resourcesOf, statementsOf, type TemplateResource } from '../synth';

const config = {
  userId: 'me',
  bucketName: 'raw-bucket',
  region: 'eu-west-1',
  replicationFactor: 1,
  sink: deployment().stage.sink,
};
const stack = emptyStack();
new SinkConnector(stack, 'Sink', {
  connectorName: 'me-test-s3-sink',
  connect: { kind: 'external', url: 'http://connect:8083' },
  config,
  logRetention: RetentionDays.ONE_WEEK,
});
const template = Template.fromStack(stack);

test('hands the worker, the name and the one configuration to the handler', () => {
  template.hasResourceProperties('Custom::SinkConnector', {
    ServiceToken: { 'Fn::GetAtt': [resourcesOf(template, 'AWS::Lambda::Function')[0]?.[0], 'Arn'] },
    ConnectUrl: 'http://connect:8083',
    Name: 'me-test-s3-sink',
    Config: connectorConfig(config),
  });
});

test('never waits longer than three minutes, nor less than the handler', () => {
  const [[, resource]] = resourcesOf(template, 'Custom::SinkConnector') as [[string, TemplateResource]];
  expect(resource.Properties?.ServiceTimeout).toBe('180');
  template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 120 });
});

test('a lost response is retried', () => {
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 2 });
});

test('the handler has no rights on AWS', () => {
  expect(statementsOf(template, 'SinkHandler')).toEqual([]);
});

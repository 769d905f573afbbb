import { Template } from 'aws-cdk-lib/assertions';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { StreamApi } from '../../../../lib/api/stream-routes';
import { mappingTemplate } from '../../../../lib/api/mapping-templates';
import { emptyStack, pipeline, resourcesOf, statementsOf } from '../synth';

const template = pipeline().templates.api;

interface Method {
  readonly Integration: {
    readonly Type: string;
    readonly Uri: unknown;
    readonly IntegrationResponses: readonly {
      readonly StatusCode: string;
      readonly SelectionPattern?: string;
      readonly ResponseTemplates?: Record<string, string>;
    }[];
  };
}

/** The integrations with Kinesis by action. */
const actions = resourcesOf(template, 'AWS::ApiGateway::Method')
  .map(([, { Properties }]) => (Properties as unknown as Method).Integration)
  .filter(({ Type }) => Type === 'AWS')
  .map((one) => [/:kinesis:action\/(\w+)"/.exec(JSON.stringify(one.Uri))?.[1], one] as const);

test('there are six actions', () => {
  expect(actions.map(([name]) => name).sort()).toEqual([
    'CreateStream',
    'DeleteStream',
    'DescribeStream',
    'ListStreams',
    'PutRecord',
    'PutRecords',
  ]);
});

test.each(actions)('%s maps every failure of Kinesis by its type', (_, { IntegrationResponses }) => {
  const [success, failure, ...others] = IntegrationResponses;
  expect(others).toEqual([]);
  expect([success?.StatusCode, success?.SelectionPattern]).toEqual(['200', undefined]);
  const pattern = new RegExp(`^(?:${failure?.SelectionPattern ?? ''})$`);
  const matched = [200, 204, 301, 400, 403, 404, 500, 503].filter((status) => pattern.test(String(status)));
  expect(matched).toEqual([400, 403, 404, 500, 503]);
  expect(failure?.ResponseTemplates).toEqual({
    'application/json': mappingTemplate('error-response', 'pinterest'),
  });
});

test('on the streams of the feeds the role is denied all but to put and to describe', () => {
  const denied = statementsOf(template, 'StreamApiRole').filter(({ Effect }) => Effect === 'Deny');
  expect(denied).toHaveLength(1);
  expect(denied[0]).toEqual({
    Effect: 'Deny',
    NotAction: ['kinesis:DescribeStream', 'kinesis:PutRecord', 'kinesis:PutRecords'],
    Resource: ['geo', 'pin', 'user'].map((feed) => ({
      'Fn::Join': [
        '',
        ['arn:aws:kinesis:us-east-1:', { Ref: 'AWS::AccountId' }, `:stream/streaming-pinterest-${feed}`],
      ],
    })),
  });
});

test('a grantee may put on the given streams in this stage, and nothing else', () => {
  const stack = emptyStack();
  const role = new Role(stack, 'Sender', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const restApi = new RestApi(stack, 'RestApi', { deployOptions: { stageName: 'test' } });
  new StreamApi(stack, 'Api', { userId: 'me', restApi }).grantPut(role, ['streaming-me-pin']);
  const statements = statementsOf(Template.fromStack(stack), 'Sender');
  expect(statements).toHaveLength(1);
  expect(statements[0]).toMatchObject({ Effect: 'Allow', Action: 'execute-api:Invoke' });
  const arns = (statements[0]?.Resource as { 'Fn::Join': [string, unknown[]] }[]).map(
    ({ 'Fn::Join': [, parts] }) => parts.map((part) => (typeof part === 'string' ? part : '*')).join(''),
  );
  expect(arns.map((arn) => arn.split('/').slice(2).join('/'))).toEqual([
    'PUT/streams/streaming-me-pin/record',
    'PUT/streams/streaming-me-pin/records',
  ]);
});

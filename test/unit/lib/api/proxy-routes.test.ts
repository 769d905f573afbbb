import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IngestApi, type IngestApiProps } from '../../../../lib/api/proxy-routes';
import { emptyStack, statementsOf } from '../synth';

const PROPS: IngestApiProps = {
  name: 'me-test',
  stageName: 'test',
  restProxy: { url: 'http://proxy.internal:8082' },
  api: { throttlingRate: 70, throttlingBurst: 30 },
  logRetention: RetentionDays.ONE_MONTH,
};

function ingestApi(overrides: Partial<IngestApiProps> = {}): {
  api: IngestApi;
  template: Template;
  url: unknown;
} {
  const stack = emptyStack();
  const api = new IngestApi(stack, 'Api', { ...PROPS, ...overrides });
  return { api, template: Template.fromStack(stack), url: stack.resolve(api.url) };
}

test("Amazon's API has its own host name", () => {
  expect(ingestApi().url).toEqual({
    'Fn::Join': [
      '',
      [
        'https://',
        { Ref: expect.stringMatching(/^ApiRestApi/) as string },
        '.execute-api.eu-west-1.',
        { Ref: 'AWS::URLSuffix' },
        '/',
        { Ref: expect.stringMatching(/^ApiRestApiDeploymentStagetest/) as string },
      ],
    ],
  });
});

test('a local API is a path of the local AWS', () => {
  expect(ingestApi({ awsEndpointUrl: 'http://127.0.0.1:4566' }).url).toEqual({
    'Fn::Join': [
      '',
      [
        'http://127.0.0.1:4566/_aws/execute-api/',
        { Ref: expect.stringMatching(/^ApiRestApi/) as string },
        '/',
        { Ref: expect.stringMatching(/^ApiRestApiDeploymentStagetest/) as string },
      ],
    ],
  });
});

test("the only output of the stack is the stack's own", () => {
  expect(ingestApi().template.findOutputs('*')).toEqual({});
});

test('a grantee may produce to the given topics in this stage, and nothing else', () => {
  const stack = emptyStack();
  const role = new Role(stack, 'Sender', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  new IngestApi(stack, 'Api', PROPS).grantProduce(role, ['me.pin', 'me.geo']);
  const statements = statementsOf(Template.fromStack(stack), 'Sender');
  expect(statements).toHaveLength(1);
  expect(statements[0]).toMatchObject({ Effect: 'Allow', Action: 'execute-api:Invoke' });
  const arns = (statements[0]?.Resource as { 'Fn::Join': [string, unknown[]] }[]).map(
    ({ 'Fn::Join': [, parts] }) => parts.map((part) => (typeof part === 'string' ? part : '*')).join(''),
  );
  expect(arns).toEqual([
    'arn:aws:execute-api:eu-west-1:*:*/*/POST/topics/me.geo',
    'arn:aws:execute-api:eu-west-1:*:*/*/POST/topics/me.pin',
  ]);
  expect(JSON.stringify(statements)).toContain('ApiRestApiDeploymentStagetest');
});

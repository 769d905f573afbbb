/** The usage plan and its key, over the templates of a whole stage. */
import type { Template } from 'aws-cdk-lib/assertions';
import { awsDeployment, pipeline, resourcesOf, statementsOf, type TemplateResource } from '../synth';

const WITH = pipeline(awsDeployment('prod')).templates;
const WITHOUT = pipeline(awsDeployment('dev')).templates;

const methodsOf = (template: Template): unknown[] =>
  resourcesOf(template, 'AWS::ApiGateway::Method').map(([, { Properties }]) => [
    Properties?.AuthorizationType,
    Properties?.ApiKeyRequired ?? false,
  ]);
const emulatorOf = (template: Template): Record<string, unknown> =>
  (
    resourcesOf(template, 'AWS::Lambda::Function')[0]?.[1].Properties?.Environment as {
      Variables: Record<string, unknown>;
    }
  ).Variables;

test('every request is signed and carries a key, on the routes to the streams as well', () => {
  expect(methodsOf(WITH.api)).toEqual(Array(10).fill(['AWS_IAM', true]));
  expect(methodsOf(WITHOUT.api)).toEqual(Array(10).fill(['AWS_IAM', false]));
});

test('a holder of a key may ask as much as the stage says', () => {
  const [[plan]] = resourcesOf(WITH.api, 'AWS::ApiGateway::UsagePlan') as [[string, unknown]];
  const [[key]] = resourcesOf(WITH.api, 'AWS::ApiGateway::ApiKey') as [[string, unknown]];
  WITH.api.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
    Throttle: { RateLimit: 1_000, BurstLimit: 1_000 },
    Quota: { Limit: 20_000_000, Period: 'DAY' },
  });
  const [, { Properties }] = resourcesOf(WITH.api, 'AWS::ApiGateway::UsagePlan')[0] ?? ['', { Type: '' }];
  expect(JSON.stringify(Properties?.ApiStages)).toMatch(
    /"ApiId":.*"Stage":\{"Ref":"ApiRestApiDeploymentStage/,
  );
  WITH.api.hasResourceProperties('AWS::ApiGateway::UsagePlanKey', {
    KeyId: { Ref: key },
    KeyType: 'API_KEY',
    UsagePlanId: { Ref: plan },
  });
  WITHOUT.api.resourceCountIs('AWS::ApiGateway::UsagePlan', 0);
  WITHOUT.api.resourceCountIs('AWS::ApiGateway::ApiKey', 0);
});

test('API Gateway makes the value of the key; templates have its id only', () => {
  const [[key, { Properties }]] = resourcesOf(WITH.api, 'AWS::ApiGateway::ApiKey') as [
    [string, TemplateResource],
  ];
  expect(Properties).toMatchObject({ Enabled: true });
  expect(Properties).not.toHaveProperty('Value');
  expect(WITH.api.findOutputs('ApiKeyId')).toMatchObject({ ApiKeyId: { Value: { Ref: key } } });
  expect(WITHOUT.api.findOutputs('ApiKeyId')).toEqual({});
});

test('the emulator gets the id, and may read only that key', () => {
  const id = { 'Fn::ImportValue': expect.stringMatching(/ApiUsagePlanEmulatorKey/) as string };
  expect(emulatorOf(WITH.emulator).API_KEY_ID).toEqual(id);
  expect(emulatorOf(WITHOUT.emulator)).not.toHaveProperty('API_KEY_ID');
  const about = (template: Template): unknown[] =>
    statementsOf(template, 'EmulatorFunctionServiceRole').filter(({ Action }) =>
      JSON.stringify(Action).includes('apigateway:'),
    );
  expect(about(WITH.emulator)).toEqual([
    {
      Effect: 'Allow',
      Action: 'apigateway:GET',
      Resource: { 'Fn::Join': ['', ['arn:aws:apigateway:us-east-1::/apikeys/', id]] },
    },
  ]);
  expect(about(WITHOUT.emulator)).toEqual([]);
});

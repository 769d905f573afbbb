import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IngestApi, type IngestApiProps } from '../../../../lib/api/ingest-api';
import { emptyStack, resourcesOf, statementsOf, type TemplateResource } from '../synth';

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

interface MethodProperties {
  readonly HttpMethod: string;
  readonly ResourceId: { readonly Ref?: string };
  readonly AuthorizationType?: string;
  readonly RequestParameters?: Record<string, boolean>;
  readonly RequestValidatorId?: unknown;
  readonly Integration: {
    readonly Type: string;
    readonly Uri: string;
    readonly IntegrationHttpMethod: string;
    readonly RequestParameters?: Record<string, string>;
  };
}

/** Every method of the API by its verb and path. */
function methods(template: Template): Record<string, MethodProperties> {
  const parents = new Map(
    resourcesOf(template, 'AWS::ApiGateway::Resource').map(
      ([id, { Properties }]: [string, TemplateResource]) => [
        id,
        Properties as { PathPart: string; ParentId: { Ref?: string } },
      ],
    ),
  );
  const path = (id: string | undefined): string => {
    const resource = parents.get(id ?? '');
    return resource === undefined ? '' : `${path(resource.ParentId.Ref)}/${resource.PathPart}`;
  };
  return Object.fromEntries(
    resourcesOf(template, 'AWS::ApiGateway::Method').map(([, { Properties }]) => {
      const method = Properties as unknown as MethodProperties;
      return [`${method.HttpMethod} ${path(method.ResourceId.Ref)}`, method];
    }),
  );
}

test('POST reaches topics/{topic} only, GET everything, nothing else is there', () => {
  expect(
    Object.fromEntries(
      Object.entries(methods(ingestApi().template)).map(([route, { Integration }]) => [
        route,
        `${Integration.Type} ${Integration.IntegrationHttpMethod} ${Integration.Uri}`,
      ]),
    ),
  ).toEqual({
    'POST /topics/{topic}': 'HTTP_PROXY POST http://proxy.internal:8082/topics/{topic}',
    'GET /topics': 'HTTP_PROXY GET http://proxy.internal:8082/topics',
    'GET /topics/{topic}': 'HTTP_PROXY GET http://proxy.internal:8082/topics/{topic}',
    'GET /{proxy+}': 'HTTP_PROXY GET http://proxy.internal:8082/{proxy}',
  });
});

test('every method is authorised by IAM', () => {
  const types = Object.values(methods(ingestApi().template)).map(
    ({ AuthorizationType }) => AuthorizationType,
  );
  expect(types).toEqual(['AWS_IAM', 'AWS_IAM', 'AWS_IAM', 'AWS_IAM']);
});

test('path parameters are required, checked and passed on', () => {
  const { template } = ingestApi();
  for (const [route, method] of Object.entries(methods(template))) {
    const names = [...route.matchAll(/\{(\w+)\+?\}/g)].map((match) => String(match[1]));
    expect(method.RequestParameters ?? {}).toEqual(
      Object.fromEntries(names.map((name) => [`method.request.path.${name}`, true])),
    );
    expect(method.Integration.RequestParameters ?? {}).toEqual(
      Object.fromEntries(
        names.map((name) => [`integration.request.path.${name}`, `method.request.path.${name}`]),
      ),
    );
    expect(method.RequestValidatorId).toEqual({ Ref: expect.stringMatching(/^ApiPathValidator/) as string });
  }
  template.hasResourceProperties('AWS::ApiGateway::RequestValidator', { ValidateRequestParameters: true });
});

test('bodies are validated by the proxy, whose responses are the contract', () => {
  ingestApi().template.hasResourceProperties('AWS::ApiGateway::RequestValidator', {
    ValidateRequestBody: Match.absent(),
  });
  ingestApi().template.resourceCountIs('AWS::ApiGateway::Model', 0);
});

test('the endpoint is regional', () => {
  ingestApi().template.hasResourceProperties('AWS::ApiGateway::RestApi', {
    EndpointConfiguration: { Types: ['REGIONAL'] },
  });
});

test('requests are throttled as the stage says', () => {
  ingestApi().template.hasResourceProperties('AWS::ApiGateway::Stage', {
    MethodSettings: [
      Match.objectLike({
        HttpMethod: '*',
        ResourcePath: '/*',
        ThrottlingRateLimit: 70,
        ThrottlingBurstLimit: 30,
      }),
    ],
  });
});

test('access logs name the caller and the outcome, never a body, and nothing else is logged', () => {
  const { template } = ingestApi();
  const [[, stage]] = resourcesOf(template, 'AWS::ApiGateway::Stage') as [[string, TemplateResource]];
  const { AccessLogSetting, MethodSettings } = stage.Properties as {
    AccessLogSetting: { Format: string; DestinationArn: unknown };
    MethodSettings: Record<string, unknown>[];
  };
  const format = JSON.parse(AccessLogSetting.Format) as Record<string, string>;
  expect(format).toMatchObject({ caller: '$context.identity.userArn', status: '$context.status' });
  expect(AccessLogSetting.Format).not.toMatch(/\$input|body|querystring|integrationErrorMessage/i);
  expect(JSON.stringify(AccessLogSetting.DestinationArn)).toMatch(/:log-group:.*"Ref":"ApiAccessLog/);
  expect(MethodSettings).toEqual([
    expect.objectContaining({ LoggingLevel: 'OFF', DataTraceEnabled: false, MetricsEnabled: false }),
  ]);
});

test('the role that API Gateway writes logs with is there before the stage', () => {
  const { template } = ingestApi();
  const [[account]] = resourcesOf(template, 'AWS::ApiGateway::Account') as [[string, TemplateResource]];
  const [[, stage]] = resourcesOf(template, 'AWS::ApiGateway::Stage') as [[string, TemplateResource]];
  expect(stage.DependsOn).toContain(account);
});

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

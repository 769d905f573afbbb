import { Template } from 'aws-cdk-lib/assertions';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { StreamApi } from '../../../../lib/api/stream-api';
import { mappingTemplate } from '../../../../lib/api/mapping-templates';
import { emptyStack, pipeline, resourcesOf, statementsOf, type TemplateResource } from '../synth';

const template = pipeline().templates.api;

interface IntegrationResponse {
  readonly StatusCode: string;
  readonly SelectionPattern?: string;
  readonly ResponseTemplates?: Record<string, string>;
}

interface Method {
  readonly HttpMethod: string;
  readonly ResourceId: { readonly Ref: string };
  readonly AuthorizationType: string;
  readonly RequestParameters?: Record<string, boolean>;
  readonly RequestModels?: Record<string, { readonly Ref: string }>;
  readonly RequestValidatorId: { readonly Ref: string };
  readonly Integration: {
    readonly Type: string;
    readonly Uri: unknown;
    readonly IntegrationHttpMethod: string;
    readonly Credentials: unknown;
    readonly PassthroughBehavior: string;
    readonly RequestParameters: Record<string, string>;
    readonly RequestTemplates: Record<string, string>;
    readonly IntegrationResponses: readonly IntegrationResponse[];
  };
}

/** The path of a resource by its logical id. */
function pathOf(id: string): string {
  const found = resourcesOf(template, 'AWS::ApiGateway::Resource').find(([name]) => name === id);
  if (found === undefined) return '';
  const { PathPart, ParentId } = found[1].Properties as { PathPart: string; ParentId: { Ref?: string } };
  return `${pathOf(ParentId.Ref ?? '')}/${PathPart}`;
}

/** The methods under `/streams` by verb and path. */
const methods = Object.fromEntries(
  resourcesOf(template, 'AWS::ApiGateway::Method')
    .map(([, { Properties }]) => Properties as unknown as Method)
    .map((method) => [`${method.HttpMethod} ${pathOf(method.ResourceId.Ref)}`, method] as const)
    .filter(([route]) => route.includes(' /streams')),
);
const routes = Object.keys(methods);

const method = (route: string): Method => {
  const found = methods[route];
  if (found === undefined) throw new Error(`There is no ${route}.`);
  return found;
};

test('each route is an action of Kinesis', () => {
  const actions = Object.entries(methods).map(([route, { Integration }]) => [
    route,
    /:kinesis:action\/(\w+)"/.exec(JSON.stringify(Integration.Uri))?.[1],
  ]);
  expect(Object.fromEntries(actions)).toEqual({
    'GET /streams': 'ListStreams',
    'GET /streams/{stream-name}': 'DescribeStream',
    'POST /streams/{stream-name}': 'CreateStream',
    'DELETE /streams/{stream-name}': 'DeleteStream',
    'PUT /streams/{stream-name}/record': 'PutRecord',
    'PUT /streams/{stream-name}/records': 'PutRecords',
  });
});

test.each(routes)('%s is authorised by IAM and goes to Kinesis without a function between', (route) => {
  const { AuthorizationType, Integration } = method(route);
  expect(AuthorizationType).toBe('AWS_IAM');
  expect([Integration.Type, Integration.IntegrationHttpMethod]).toEqual(['AWS', 'POST']);
  expect(Integration.RequestParameters).toEqual({
    'integration.request.header.Content-Type': "'application/x-amz-json-1.1'",
  });
});

test.each(routes)('%s lets no body past its template', (route) => {
  const { Integration } = method(route);
  expect(Integration.PassthroughBehavior).toBe('NEVER');
  expect(Object.keys(Integration.RequestTemplates)).toEqual(['application/json']);
});

test.each(routes)('%s maps every failure of Kinesis by its type', (route) => {
  const [success, failure, ...others] = method(route).Integration.IntegrationResponses;
  expect(others).toEqual([]);
  expect([success?.StatusCode, success?.SelectionPattern]).toEqual(['200', undefined]);
  const pattern = new RegExp(`^(?:${failure?.SelectionPattern ?? ''})$`);
  const matched = [200, 204, 301, 400, 403, 404, 500, 503].filter((status) => pattern.test(String(status)));
  expect(matched).toEqual([400, 403, 404, 500, 503]);
  expect(failure?.ResponseTemplates).toEqual({
    'application/json': mappingTemplate('error-response', 'pinterest'),
  });
});

test('the list is filtered, other responses are passed through', () => {
  const templates = routes.map((route) => [
    route,
    method(route).Integration.IntegrationResponses[0]?.ResponseTemplates,
  ]);
  expect(templates.filter(([, used]) => used !== undefined)).toEqual([
    ['GET /streams', { 'application/json': mappingTemplate('list-streams-response', 'pinterest') }],
  ]);
});

test('what a route takes is checked before Kinesis is asked', () => {
  for (const route of routes) {
    expect(method(route).RequestValidatorId.Ref).toMatch(/^StreamApiValidator/);
    const inPath = route.includes('{stream-name}') ? { 'method.request.path.stream-name': true } : {};
    const inQuery = route === 'GET /streams' ? { 'method.request.querystring.next-token': false } : {};
    expect(method(route).RequestParameters ?? {}).toEqual({ ...inPath, ...inQuery });
  }
  template.hasResourceProperties('AWS::ApiGateway::RequestValidator', {
    ValidateRequestBody: true,
    ValidateRequestParameters: true,
  });
});

/** The JSON Schema that a route's body is checked by. */
function schemaOf(route: string): Record<string, unknown> {
  const id = method(route).RequestModels?.['application/json']?.Ref;
  const model = resourcesOf(template, 'AWS::ApiGateway::Model').find(([name]) => name === id);
  return (model?.[1].Properties as { Schema: Record<string, unknown> }).Schema;
}

const PARTITION_KEY = {
  oneOf: [
    { type: 'string', minLength: 1, maxLength: 256 },
    { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
  ],
};

test('every route with a body has a model, and only those', () => {
  const withModel = routes.filter((route) => method(route).RequestModels !== undefined);
  expect(withModel).toEqual(routes.filter((route) => /^(PUT|POST)/.test(route)));
});

test('a record is data and a partition key; the name of the stream may be there', () => {
  expect(schemaOf('PUT /streams/{stream-name}/record')).toMatchObject({
    type: 'object',
    required: ['Data', 'PartitionKey'],
    properties: { StreamName: { type: 'string', minLength: 1 }, Data: {}, PartitionKey: PARTITION_KEY },
    additionalProperties: false,
  });
});

test('records are 1 to 500', () => {
  expect(schemaOf('PUT /streams/{stream-name}/records')).toMatchObject({
    type: 'object',
    required: ['records'],
    properties: {
      records: {
        type: 'array',
        minItems: 1,
        maxItems: 500,
        items: {
          type: 'object',
          required: ['data', 'partition-key'],
          properties: { data: {}, 'partition-key': PARTITION_KEY },
          additionalProperties: false,
        },
      },
    },
    additionalProperties: false,
  });
});

test('a stream is made with 1 to 10 shards', () => {
  expect(schemaOf('POST /streams/{stream-name}')).toMatchObject({
    required: ['ShardCount'],
    properties: { ShardCount: { type: 'integer', minimum: 1, maximum: 10 } },
    additionalProperties: false,
  });
});

test('the role of the API reaches the streams of this pipeline, and lists', () => {
  const statements = statementsOf(template, 'StreamApiRole');
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
  expect(allowed.map(({ Action }) => [Action].flat().sort())).toEqual([
    ['CreateStream', 'DeleteStream', 'DescribeStream', 'PutRecord', 'PutRecords'].map(
      (name) => `kinesis:${name}`,
    ),
    ['kinesis:ListStreams'],
  ]);
  expect(JSON.stringify(statements[0]?.Resource)).toMatch(
    /:kinesis:us-east-1:.*:stream\/streaming-pinterest-\*"/,
  );
  const [, role] = resourcesOf(template, 'AWS::IAM::Role').find(([id]) => id.startsWith('StreamApiRole')) as [
    string,
    TemplateResource,
  ];
  expect(JSON.stringify(role.Properties?.AssumeRolePolicyDocument)).toContain('"apigateway.amazonaws.com"');
  for (const route of routes) {
    expect(JSON.stringify(method(route).Integration.Credentials)).toMatch(/"StreamApiRole/);
  }
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

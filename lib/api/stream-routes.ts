import { Stack } from 'aws-cdk-lib';
import {
  AwsIntegration,
  Model,
  PassthroughBehavior,
  RequestValidator,
  type IResource,
  type JsonSchema,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Effect, Grant, PolicyStatement, Role, ServicePrincipal, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { FEED_NAMES, streamName } from '../../services/contract';
import { mappingTemplate, streamPrefix, type MappingTemplateName } from './mapping-templates';
import { CREATE_STREAM, PUT_RECORD, PUT_RECORDS } from './stream-models';

/** Properties of a {@link StreamApi}. */
export interface StreamApiProps {
  readonly userId: string;
  /** The API to which the routes are added; it authorises by IAM. */
  readonly restApi: RestApi;
}

/** A route: its Kinesis action and its mapping templates. */
interface Route {
  readonly resource: IResource;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The action of Kinesis. */
  readonly action: string;
  readonly request: MappingTemplateName;
  /**
   * Template of the response.
   *
   * @default Kinesis's response, unchanged
   */
  readonly response?: MappingTemplateName;
  /**
   * Schema of the request body.
   *
   * @default no body
   */
  readonly body?: JsonSchema;
  /**
   * Optional query parameters.
   *
   * @default none
   */
  readonly query?: readonly string[];
}

const JSON_TYPE = 'application/json';

/** Kinesis actions that the API's role may do on every stream of the pipeline. */
const STREAM_ACTIONS = ['DescribeStream', 'PutRecord', 'PutRecords'].map((action) => `kinesis:${action}`);
/** Kinesis actions that it may do only on streams created by callers. */
const CHANGING_ACTIONS = ['CreateStream', 'DeleteStream'].map((action) => `kinesis:${action}`);

/**
 * The routes under `/streams`, mapped straight to Kinesis. They reach only streams with the pipeline's prefix: the
 * templates refuse others with 403, and the role has no permission for them. The feeds' streams can only be described
 * and written to; anything that would change them is refused with 403 and denied to the role.
 */
export class StreamApi extends Construct {
  private readonly props: StreamApiProps;
  private readonly role: Role;
  private readonly validator: RequestValidator;

  constructor(scope: Construct, id: string, props: StreamApiProps) {
    super(scope, id);
    this.props = props;
    this.role = this.createRole();
    this.validator = new RequestValidator(this, 'Validator', {
      restApi: props.restApi,
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    const streams = props.restApi.root.addResource('streams');
    const stream = streams.addResource('{stream-name}');
    const routes: readonly Route[] = [
      {
        resource: streams,
        method: 'GET',
        action: 'ListStreams',
        request: 'list-streams',
        response: 'list-streams-response',
        query: ['next-token'],
      },
      { resource: stream, method: 'GET', action: 'DescribeStream', request: 'describe-stream' },
      {
        resource: stream,
        method: 'POST',
        action: 'CreateStream',
        request: 'create-stream',
        body: CREATE_STREAM,
      },
      { resource: stream, method: 'DELETE', action: 'DeleteStream', request: 'delete-stream' },
      {
        resource: stream.addResource('record'),
        method: 'PUT',
        action: 'PutRecord',
        request: 'put-record',
        body: PUT_RECORD,
      },
      {
        resource: stream.addResource('records'),
        method: 'PUT',
        action: 'PutRecords',
        request: 'put-records',
        body: PUT_RECORDS,
      },
    ];
    for (const route of routes) this.addRoute(route);
  }

  /** Lets the grantee put records on these streams, and nothing else. */
  grantPut(grantee: IGrantable, streams: readonly string[]): void {
    const { restApi } = this.props;
    const { stageName } = restApi.deploymentStage;
    Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: streams.flatMap((stream) =>
        ['record', 'records'].map((route) =>
          restApi.arnForExecuteApi('PUT', `/streams/${stream}/${route}`, stageName),
        ),
      ),
    });
  }

  private createRole(): Role {
    // No aws:SourceAccount condition: AWS does not document that API Gateway sends it.
    const role = new Role(this, 'Role', {
      description: 'How the API reaches the streams of this pipeline',
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
    });
    const { userId } = this.props;
    const arnOf = (resourceName: string): string =>
      Stack.of(this).formatArn({ service: 'kinesis', resource: 'stream', resourceName });
    role.addToPolicy(
      new PolicyStatement({
        actions: [...STREAM_ACTIONS, ...CHANGING_ACTIONS],
        resources: [arnOf(`${streamPrefix(userId)}*`)],
      }),
    );
    // Everything else is denied as well: resharding, retention, encryption, tags, consumers, policies.
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        notActions: STREAM_ACTIONS,
        resources: FEED_NAMES.map((feed) => arnOf(streamName(userId, feed))),
      }),
    );
    // The response is filtered; ListStreams cannot be restricted to some streams.
    role.addToPolicy(new PolicyStatement({ actions: ['kinesis:ListStreams'], resources: ['*'] }));
    return role;
  }

  private addRoute({ resource, method, action, request, response, body, query = [] }: Route): void {
    const { userId, restApi } = this.props;
    const inPath = [...resource.path.matchAll(/\{([\w-]+)\}/g)].map((match) => [
      `method.request.path.${String(match[1])}`,
      true,
    ]);
    const inQuery = query.map((name) => [`method.request.querystring.${name}`, false]);
    const template = (name: MappingTemplateName): Record<string, string> => ({
      [JSON_TYPE]: mappingTemplate(name, userId),
    });
    const integration = new AwsIntegration({
      service: 'kinesis',
      action,
      integrationHttpMethod: 'POST',
      options: {
        credentialsRole: this.role,
        // API Gateway passes other content types through without the template, so they get 415.
        passthroughBehavior: PassthroughBehavior.NEVER,
        requestParameters: { 'integration.request.header.Content-Type': "'application/x-amz-json-1.1'" },
        requestTemplates: template(request),
        integrationResponses: [
          { statusCode: '200', responseTemplates: response === undefined ? undefined : template(response) },
          // The template overrides the status from Kinesis's error.
          {
            statusCode: '400',
            selectionPattern: '[45]\\d\\d',
            responseTemplates: template('error-response'),
          },
        ],
      },
    });
    resource.addMethod(method, integration, {
      requestValidator: this.validator,
      requestParameters: Object.fromEntries([...inPath, ...inQuery]) as Record<string, boolean>,
      requestModels:
        body === undefined
          ? undefined
          : {
              [JSON_TYPE]: new Model(this, `${action}Model`, {
                restApi,
                contentType: JSON_TYPE,
                schema: body,
              }),
            },
      methodResponses: ['200', '400'].map((statusCode) => ({ statusCode })),
    });
  }
}

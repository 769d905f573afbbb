import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  ConnectionType,
  EndpointType,
  HttpIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RequestValidator,
  RestApi,
  type IVpcLink,
  type Resource,
} from 'aws-cdk-lib/aws-apigateway';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ApiSettings } from '../stages';
import { ApiUsagePlan } from './api-usage-plan';

/** Where the API finds the REST proxy. */
export interface ProxyAddress {
  /** The proxy's base URL as the API reaches it, without a trailing slash. */
  readonly url: string;
  /**
   * The private link that leads to it.
   *
   * @default none: a public address
   */
  readonly vpcLink?: IVpcLink;
}

/** Properties of an {@link IngestApi}. */
export interface IngestApiProps {
  readonly name: string;
  /** The API's stage, the first part of its paths. */
  readonly stageName: string;
  readonly restProxy: ProxyAddress;
  readonly api: ApiSettings;
  /**
   * The base URL of an AWS emulator, under which the API is then reached.
   *
   * @default none: the API has its own host name.
   */
  readonly awsEndpointUrl?: string;
  readonly logRetention: RetentionDays;
}

/**
 * Access log line, without bodies and query strings. It must always be valid JSON, so no value may contain a quote:
 * errors are logged by type (`ACCESS_DENIED`, `INTEGRATION_TIMEOUT`, …). `$context.error.message` may contain quotes,
 * and `$context.error.messageString` brings its own only when there is an error.
 */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    time: '$context.requestTime',
    requestId: '$context.requestId',
    caller: '$context.identity.userArn',
    sourceIp: '$context.identity.sourceIp',
    method: '$context.httpMethod',
    path: '$context.path',
    status: '$context.status',
    responseLength: '$context.responseLength',
    latencyMs: '$context.responseLatency',
    proxyLatencyMs: '$context.integrationLatency',
    proxyStatus: '$context.integrationStatus',
    error: '$context.error.responseType',
  }),
);

/**
 * REST API in front of the Kafka REST proxy. Every request is signed (SigV4) and authorised by IAM. `GET` reaches every
 * path of the proxy, `POST` only `/topics/{topic}`; API Gateway refuses everything else. With a usage plan, every
 * request also needs an API key (`x-api-key`).
 *
 * Bodies are not validated here: API Gateway would respond with its own 400 where the proxy's contract says 422 or 415.
 */
export class IngestApi extends Construct {
  /** The API's URL with its stage, without a trailing slash. */
  readonly url: string;
  /** The API itself, to which other routes may be added. */
  readonly restApi: RestApi;
  /** Where the stage has one. */
  readonly usagePlan: ApiUsagePlan | undefined;

  constructor(scope: Construct, id: string, props: IngestApiProps) {
    super(scope, id);
    this.restApi = this.createApi(props);
    const { restApiId, deploymentStage, env, stack } = this.restApi;
    const host =
      props.awsEndpointUrl === undefined
        ? [`https://${restApiId}.execute-api.${env.region}.${stack.urlSuffix}`]
        : [props.awsEndpointUrl, '_aws', 'execute-api', restApiId];
    this.url = [...host, deploymentStage.stageName].join('/');
    this.addRoutes(props.restProxy);
    const settings = props.api.usagePlan;
    this.usagePlan = settings && new ApiUsagePlan(this, 'UsagePlan', { restApi: this.restApi, settings });
  }

  /** Lets the grantee produce to these topics by `POST /topics/{topic}`, and nothing else. */
  grantProduce(grantee: IGrantable, topics: readonly string[]): void {
    Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: topics.map((topic) =>
        this.restApi.arnForExecuteApi('POST', `/topics/${topic}`, this.restApi.deploymentStage.stageName),
      ),
    });
  }

  private createApi({ name, stageName, api, logRetention }: IngestApiProps): RestApi {
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const restApi = new RestApi(this, 'RestApi', {
      restApiName: name,
      description: 'Signed access to the Kafka REST proxy',
      endpointTypes: [EndpointType.REGIONAL],
      defaultMethodOptions: {
        authorizationType: AuthorizationType.IAM,
        apiKeyRequired: api.usagePlan === undefined ? undefined : true,
      },
      // API Gateway writes logs with one role per account and region, which must exist first.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.DESTROY,
      deployOptions: {
        stageName,
        // Over all callers; a usage plan limits each key.
        throttlingRateLimit: api.throttlingRate,
        throttlingBurstLimit: api.throttlingBurst,
        // No metrics per method: they cost $0.30 each, and alarms and dashboard use the stage's, which are free.
        metricsEnabled: false,
        loggingLevel: MethodLoggingLevel.OFF,
        dataTraceEnabled: false,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: ACCESS_LOG,
      },
    });
    // RestApi's own output has Amazon's URL in every stage and a generated key; the stack has its own output.
    restApi.node.tryRemoveChild('Endpoint');
    return restApi;
  }

  private addRoutes({ url, vpcLink }: ProxyAddress): void {
    const validator = new RequestValidator(this, 'PathValidator', {
      restApi: this.restApi,
      validateRequestParameters: true,
    });
    const forward = (resource: Resource, method: 'GET' | 'POST', path: string): void => {
      const parameters = [...path.matchAll(/\{(\w+)\}/g)].map((match) => String(match[1]));
      resource.addMethod(
        method,
        new HttpIntegration(`${url}${path}`, {
          httpMethod: method,
          proxy: true,
          options: {
            ...(vpcLink === undefined ? {} : { connectionType: ConnectionType.VPC_LINK, vpcLink }),
            timeout: Duration.seconds(29),
            requestParameters: Object.fromEntries(
              parameters.map((name) => [`integration.request.path.${name}`, `method.request.path.${name}`]),
            ),
          },
        }),
        {
          requestValidator: validator,
          requestParameters: Object.fromEntries(
            parameters.map((name) => [`method.request.path.${name}`, true]),
          ),
        },
      );
    };
    const topics = this.restApi.root.addResource('topics');
    const topic = topics.addResource('{topic}');
    forward(topic, 'POST', '/topics/{topic}');
    // API Gateway takes the most specific resource even where it lacks the method, so `{proxy+}` does not serve these.
    forward(topics, 'GET', '/topics');
    forward(topic, 'GET', '/topics/{topic}');
    forward(this.restApi.root.addResource('{proxy+}'), 'GET', '/{proxy}');
  }
}

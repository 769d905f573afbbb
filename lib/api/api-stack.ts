import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ApiFirewall } from './api-firewall';
import { IngestApi, type ProxyAddress } from './proxy-routes';
import { StreamApi } from './stream-routes';
import type { Deployment } from '../stages';

/** Properties of the {@link ApiStack}. */
export interface ApiStackProps extends StackProps {
  /** Where the REST proxy is. */
  readonly proxy: ProxyAddress;
}

/** The API in front of the Kafka REST proxy and of the streams. */
export class ApiStack extends Stack {
  readonly api: IngestApi;
  readonly streams: StreamApi;

  constructor(scope: Construct, id: string, { userId, stage }: Deployment, props: ApiStackProps) {
    const { proxy, ...stackProps } = props;
    super(scope, id, { description: 'Pinterest data pipeline: API', ...stackProps });
    this.api = new IngestApi(this, 'Api', {
      name: `${userId}-${stage.name}`,
      stageName: stage.name,
      restProxy: proxy,
      api: stage.api,
      awsEndpointUrl: stage.awsEndpointUrl,
      logRetention: stage.logRetention,
    });
    this.streams = new StreamApi(this, 'StreamApi', { userId, restApi: this.api.restApi });
    if (stage.api.firewallRate !== undefined) {
      new ApiFirewall(this, 'Firewall', {
        stage: this.api.restApi.deploymentStage,
        ratePerAddress: stage.api.firewallRate,
      });
    }
    new CfnOutput(this, 'ApiUrl', {
      value: this.api.url,
      description: 'The API with its stage, without a trailing slash',
    });
    if (this.api.usagePlan !== undefined) {
      new CfnOutput(this, 'ApiKeyId', {
        value: this.api.usagePlan.keyId,
        description: "The id of the emulator's API key; reading its value needs apigateway:GET on it",
      });
    }
  }
}

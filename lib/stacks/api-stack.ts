import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { IngestApi } from '../constructs/ingest-api';
import { StreamApi } from '../constructs/stream-api';
import type { Deployment } from '../stages';
import { brought } from './brought';

/** The API in front of the Kafka REST proxy and of the streams. */
export class ApiStack extends Stack {
  readonly api: IngestApi;
  readonly streams: StreamApi;

  constructor(scope: Construct, id: string, { userId, stage }: Deployment, props: StackProps) {
    super(scope, id, { description: 'Pinterest data pipeline: API', ...props });
    this.api = new IngestApi(this, 'Api', {
      name: `${userId}-${stage.name}`,
      stageName: stage.name,
      restProxy: brought(stage.restProxy),
      api: stage.api,
      awsEndpointUrl: stage.awsEndpointUrl,
      logRetention: stage.logRetention,
    });
    this.streams = new StreamApi(this, 'StreamApi', { userId, restApi: this.api.restApi });
    new CfnOutput(this, 'ApiUrl', {
      value: this.api.url,
      description: 'The API with its stage, without a trailing slash',
    });
  }
}

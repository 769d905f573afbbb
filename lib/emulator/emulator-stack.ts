import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Emulator } from './emulator';
import type { IngestApi } from '../api/proxy-routes';
import type { SinkBucket } from '../sink/sink-bucket';
import type { FunctionNetwork } from '../shared/pipeline-function';
import type { SourceConnection } from '../source/source-connection';
import type { StreamApi } from '../api/stream-routes';
import type { Deployment } from '../stages';

/** Properties of the {@link EmulatorStack}. */
export interface EmulatorStackProps extends StackProps {
  /** The source database. */
  readonly source: SourceConnection;
  /** The API that posts are sent to. */
  readonly api: IngestApi;
  /** The API's routes to the streams. */
  readonly streams: StreamApi;
  /** The bucket with the ledger. */
  readonly sink: SinkBucket;
  /**
   * Where the source database is reached from.
   *
   * @default no network
   */
  readonly network?: FunctionNetwork;
}

/** The emulator and its schedule. */
export class EmulatorStack extends Stack {
  readonly emulator: Emulator;

  constructor(scope: Construct, id: string, { userId, stage }: Deployment, props: EmulatorStackProps) {
    const { source, api, streams, sink, network, ...stackProps } = props;
    super(scope, id, { description: 'Pinterest data pipeline: emulator', ...stackProps });
    this.emulator = new Emulator(this, 'Emulator', {
      userId,
      settings: stage.emulator,
      source,
      api,
      streams,
      sink,
      network,
      logRetention: stage.logRetention,
    });
    new CfnOutput(this, 'EmulatorFunctionName', {
      value: this.emulator.function.functionName,
      description: 'The Lambda function that sends posts',
    });
  }
}

import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { keepEmptyingLog } from '../shared/emptying-log';
import { FeedStreams } from './feed-streams';
import { ReplayFunction } from './replay-function';
import type { SinkBucket } from '../sink/sink-bucket';
import { StreamTables } from './stream-tables';
import { tableMetrics } from '../monitoring/metric-namespaces';
import type { Deployment } from '../stages';
import { dataPolicyOf, removalPolicyOf } from '../shared/removal-policy';

/** Properties of the {@link StreamStack}. */
export interface StreamStackProps extends StackProps {
  /** The bucket of the tables. */
  readonly sink: SinkBucket;
  /**
   * Encryption key of the failures bucket.
   *
   * @default S3-managed keys
   */
  readonly encryptionKey?: IKey;
}

/** The streaming path behind the API: streams, the functions that append them to tables, and the failures bucket. */
export class StreamStack extends Stack {
  readonly tables: StreamTables;

  constructor(scope: Construct, id: string, { userId, stage }: Deployment, props: StreamStackProps) {
    const { sink, encryptionKey, ...stackProps } = props;
    super(scope, id, { description: 'Pinterest data pipeline: streams and their tables', ...stackProps });
    const { streams: settings, tableEngine, logRetention } = stage;
    const removalPolicy = removalPolicyOf(stage);
    const { capacity, retentionHours } = settings;
    const streams = stage.parked
      ? undefined
      : new FeedStreams(this, 'Streams', { userId, capacity, retentionHours, removalPolicy });
    this.tables = new StreamTables(this, 'Tables', {
      userId,
      streams,
      sink,
      settings,
      tableEngine,
      metricsNamespace: tableMetrics(userId, stage.name),
      removalPolicy: dataPolicyOf(stage),
      emptied: stage.data === 'destroy',
      encryptionKey,
      logRetention,
    });
    const replay = new ReplayFunction(this, 'Replay', { userId, sink, tableEngine, logRetention });
    if (stage.data === 'destroy') keepEmptyingLog(this, logRetention);
    new CfnOutput(this, 'StreamFailuresBucketName', {
      value: this.tables.failures.bucket.bucketName,
      description: 'The bucket of records that could not be appended to their table',
    });
    new CfnOutput(this, 'CareFunctionName', {
      value: this.tables.maintenance.functionName,
      description: 'The Lambda function that maintains the streaming tables',
    });
    new CfnOutput(this, 'RedriveFunctionName', {
      value: this.tables.redrive.functionName,
      description: 'The Lambda function that appends records from the failures bucket',
    });
    new CfnOutput(this, 'ReplayFunctionName', {
      value: replay.functionName,
      description: 'The Lambda function that restores records missing from a table',
    });
  }
}

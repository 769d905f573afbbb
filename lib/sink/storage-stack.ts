import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { keepEmptyingLog } from '../shared/emptying-log';
import { SinkBucket } from './sink-bucket';
import type { Deployment } from '../stages';
import { dataPolicyOf } from '../shared/removal-policy';

/** Properties of the {@link StorageStack}. */
export interface StorageStackProps extends StackProps {
  /**
   * Encryption key of the bucket.
   *
   * @default S3-managed keys
   */
  readonly encryptionKey?: IKey;
}

/** The sink bucket. Stateful: it holds all ingested data. */
export class StorageStack extends Stack {
  readonly sink: SinkBucket;

  constructor(scope: Construct, id: string, { stage }: Deployment, props: StorageStackProps) {
    const { encryptionKey, ...stackProps } = props;
    super(scope, id, { description: 'Pinterest data pipeline: the sink bucket', ...stackProps });
    this.sink = new SinkBucket(this, 'Sink', {
      removalPolicy: dataPolicyOf(stage),
      encryptionKey,
      emptied: stage.data === 'destroy',
    });
    if (stage.data === 'destroy') keepEmptyingLog(this, stage.logRetention);
    new CfnOutput(this, 'SinkBucketName', {
      value: this.sink.bucket.bucketName,
      description: 'The bucket of raw files, ledger, tables and answers',
    });
  }
}

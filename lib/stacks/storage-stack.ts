import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { SinkBucket } from '../constructs/sink-bucket';
import type { Deployment } from '../stages';
import { removalPolicyOf } from './removal-policy';

/** The sink bucket. Stateful: it holds everything the pipeline has gathered. */
export class StorageStack extends Stack {
  readonly sink: SinkBucket;

  constructor(scope: Construct, id: string, { stage }: Deployment, props: StackProps) {
    super(scope, id, { description: 'Pinterest data pipeline: the sink bucket', ...props });
    this.sink = new SinkBucket(this, 'Sink', { removalPolicy: removalPolicyOf(stage) });
    new CfnOutput(this, 'SinkBucketName', {
      value: this.sink.bucket.bucketName,
      description: 'The bucket of raw files, ledger, tables and answers',
    });
  }
}

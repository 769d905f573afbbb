import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type {
  DlqDestinationConfig,
  IEventSourceDlq,
  IEventSourceMapping,
  IFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { grantObjectKey } from '../shared/key-grants';
import { privateBucket, type PrivateBucketProps } from '../shared/private-bucket';

/** The folder to which the redrive moves objects, as in `table_engine/stream_redrive.py`. */
const REDRIVEN = 'redriven';

/** Properties of a {@link FailuresBucket}. */
export interface FailuresBucketProps extends PrivateBucketProps {
  /** Days for which failed batches are kept. */
  readonly retentionDays: number;
}

/**
 * The on-failure destination of the event source mappings: Lambda writes batches here, records included, that failed
 * after all retries. Private, encrypted, TLS only.
 */
export class FailuresBucket extends Construct implements IEventSourceDlq {
  readonly bucket: IBucket;
  private readonly key: IKey | undefined;

  constructor(scope: Construct, id: string, { retentionDays, ...props }: FailuresBucketProps) {
    super(scope, id);
    this.key = props.encryptionKey;
    this.bucket = privateBucket(this, props, [
      {
        id: 'given-up-records',
        expiration: Duration.days(retentionDays),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
    ]);
  }

  /** Makes the bucket a mapping's destination; Lambda writes with the function's role. */
  bind(_target: IEventSourceMapping, handler: IFunction): DlqDestinationConfig {
    this.grant(handler, ['s3:PutObject']);
    if (this.key !== undefined) grantObjectKey(handler, this.key, 'write');
    return { destination: this.bucket.bucketArn };
  }

  /** Lets the grantee list and read failed batches, and move them away when done (copy, then delete). */
  grantRedrive(grantee: IGrantable): void {
    this.grant(grantee, ['s3:GetObject', 's3:DeleteObject']);
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:PutObject'],
        resources: [this.bucket.arnForObjects(`${REDRIVEN}/*`)],
      }),
    );
    if (this.key !== undefined) grantObjectKey(grantee, this.key, 'write');
  }

  private grant({ grantPrincipal }: IGrantable, actions: string[]): void {
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions, resources: [this.bucket.arnForObjects('*')] }),
    );
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
    );
  }
}

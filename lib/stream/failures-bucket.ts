import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type {
  DlqDestinationConfig,
  IEventSourceDlq,
  IEventSourceMapping,
  IFunction,
} from 'aws-cdk-lib/aws-lambda';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectOwnership,
  type IBucket,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { grantObjectKey } from '../shared/key-grants';

/** The folder to which the redrive moves objects, as in `table_engine/stream_redrive.py`. */
const REDRIVEN = 'redriven';

/** Properties of a {@link FailuresBucket}. */
export interface FailuresBucketProps {
  /** Days for which failed batches are kept. */
  readonly retentionDays: number;
  /** Removal policy; a bucket that is not empty always remains. */
  readonly removalPolicy: RemovalPolicy;
  /**
   * Whether it is emptied before it is deleted.
   *
   * @default false
   */
  readonly emptied?: boolean;
  /**
   * Encryption key of the objects.
   *
   * @default S3-managed keys
   */
  readonly encryptionKey?: IKey;
}

/**
 * The on-failure destination of the event source mappings: Lambda writes batches here, records included, that failed
 * after all retries. Private, encrypted, TLS only.
 */
export class FailuresBucket extends Construct implements IEventSourceDlq {
  readonly bucket: IBucket;
  private readonly key: IKey | undefined;

  constructor(
    scope: Construct,
    id: string,
    { retentionDays, removalPolicy, encryptionKey, emptied }: FailuresBucketProps,
  ) {
    super(scope, id);
    this.key = encryptionKey;
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: encryptionKey === undefined ? BucketEncryption.S3_MANAGED : BucketEncryption.KMS,
      encryptionKey,
      bucketKeyEnabled: encryptionKey === undefined ? undefined : true,
      enforceSSL: true,
      lifecycleRules: [
        {
          id: 'given-up-records',
          expiration: Duration.days(retentionDays),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy,
      autoDeleteObjects: emptied,
    });
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

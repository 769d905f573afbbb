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

/** The folder that the redrive moves objects to, as `table_engine/stream_redrive.py` has it. */
const REDRIVEN = 'redriven';

/** Properties of a {@link FailuresBucket}. */
export interface FailuresBucketProps {
  /** Days for which what was given up is kept. */
  readonly retentionDays: number;
  /** What becomes of the bucket when its stack is deleted. One that is not empty stays in any case. */
  readonly removalPolicy: RemovalPolicy;
  /**
   * Whether it is emptied before it is deleted.
   *
   * @default false
   */
  readonly emptied?: boolean;
  /**
   * What encrypts the objects.
   *
   * @default the key that S3 manages
   */
  readonly encryptionKey?: IKey;
}

/**
 * Where Lambda puts the batches that a function could not process in the end, records and all: the destination of an
 * event source mapping. Private, encrypted, TLS only.
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

  /** Makes the bucket the destination of a function's mapping; Lambda writes in the name of the function. */
  bind(_target: IEventSourceMapping, handler: IFunction): DlqDestinationConfig {
    this.grant(handler, ['s3:PutObject']);
    if (this.key !== undefined) grantObjectKey(handler, this.key, 'write');
    return { destination: this.bucket.bucketArn };
  }

  /** Lets the grantee list and read what was given up, and move it away when it is done: copy, then delete. */
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

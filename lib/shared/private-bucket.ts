import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectOwnership,
  type LifecycleRule,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Properties of a {@link privateBucket}. */
export interface PrivateBucketProps {
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

/** A bucket `Bucket` in the scope: private, encrypted, TLS only. */
export function privateBucket(
  scope: Construct,
  { removalPolicy, encryptionKey, emptied }: PrivateBucketProps,
  lifecycleRules: LifecycleRule[],
): Bucket {
  return new Bucket(scope, 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: encryptionKey === undefined ? BucketEncryption.S3_MANAGED : BucketEncryption.KMS,
    encryptionKey,
    // Bucket keys: one KMS request for many objects.
    bucketKeyEnabled: encryptionKey === undefined ? undefined : true,
    enforceSSL: true,
    lifecycleRules,
    removalPolicy,
    autoDeleteObjects: emptied,
  });
}

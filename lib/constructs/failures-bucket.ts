import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
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

/** Properties of a {@link FailuresBucket}. */
export interface FailuresBucketProps {
  /** Days for which what was given up is kept. */
  readonly retentionDays: number;
  /** What becomes of the bucket when its stack is deleted. One that is not empty stays in any case. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Where Lambda puts the batches that a function could not process in the end, records and all: the destination of an
 * event source mapping. Private, encrypted, TLS only.
 */
export class FailuresBucket extends Construct implements IEventSourceDlq {
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, { retentionDays, removalPolicy }: FailuresBucketProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: [
        {
          id: 'given-up-records',
          expiration: Duration.days(retentionDays),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy,
    });
  }

  /** Makes the bucket the destination of a function's mapping; Lambda writes in the name of the function. */
  bind(_target: IEventSourceMapping, handler: IFunction): DlqDestinationConfig {
    this.grant(handler, ['s3:PutObject']);
    return { destination: this.bucket.bucketArn };
  }

  /** Lets the grantee list and read what was given up, and delete it when it is done. */
  grantRedrive(grantee: IGrantable): void {
    this.grant(grantee, ['s3:GetObject', 's3:DeleteObject']);
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

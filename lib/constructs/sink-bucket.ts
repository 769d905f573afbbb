import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectOwnership,
  type IBucket,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** The folder of the emulator's ledger. */
const LEDGER = 'sent';
/** The folder of the tables. */
const TABLES = 'tables';

/** Properties of {@link SinkBucket}. */
export interface SinkBucketProps {
  /** What becomes of the bucket when its stack is deleted. A bucket that is not empty stays in any case. */
  readonly removalPolicy: RemovalPolicy;
}

/** The bucket of raw files, the emulator's ledger, the tables and the answers. Private, encrypted, TLS only. */
export class SinkBucket extends Construct {
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, { removalPolicy }: SinkBucketProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: [{ id: 'incomplete-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy,
    });
  }

  /** Lets the grantee write, read and list the emulator's ledger under `sent/`, and nothing else. */
  grantLedger(grantee: IGrantable): void {
    const { grantPrincipal } = grantee;
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:PutObject'],
        resources: [this.bucket.arnForObjects(`${LEDGER}/*`)],
      }),
    );
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [this.bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': [`${LEDGER}/*`] } },
      }),
    );
  }

  /**
   * Lets the grantee read, write and list the objects of these tables under `tables/`, and nothing else.
   *
   * @param options.delete whether it may delete them, as only the care of a table has to (default: no).
   */
  grantTables(
    grantee: IGrantable,
    tables: readonly string[],
    options: { readonly delete?: boolean } = {},
  ): void {
    const { grantPrincipal } = grantee;
    const folders = tables.map((table) => `${TABLES}/${table}/*`);
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:PutObject', ...(options.delete === true ? ['s3:DeleteObject'] : [])],
        resources: folders.map((folder) => this.bucket.arnForObjects(folder)),
      }),
    );
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [this.bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': folders } },
      }),
    );
  }
}

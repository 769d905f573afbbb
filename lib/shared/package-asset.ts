import { Stack } from 'aws-cdk-lib';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { extname } from 'node:path';
import { commandOf, type PackageFile } from '../packaging/package-files';

/** A file in the bucket of assets, whether it is there at synthesis or made when it is published. */
export type DeployedFile = Pick<Asset, 'bucket' | 's3ObjectKey' | 's3ObjectUrl' | 'assetHash'>;

/**
 * A file of a package, made when it is published: by `cdk deploy` and its like, and only where the bucket does not have it. Its
 * hash is that of its sources, so that templates are the same whether it is made or not. Nothing replaces it
 * meanwhile, and so nothing that could be deployed in its place.
 */
export class PackageAsset extends Construct implements DeployedFile {
  readonly bucket: IBucket;
  readonly s3ObjectKey: string;
  readonly s3ObjectUrl: string;
  readonly assetHash: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly file: PackageFile,
  ) {
    super(scope, id);
    const { bucketName, objectKey, s3ObjectUrl } = this.publishWith(Stack.of(this));
    this.bucket = Bucket.fromBucketName(this, 'Bucket', bucketName);
    this.s3ObjectKey = objectKey;
    this.s3ObjectUrl = s3ObjectUrl;
    this.assetHash = file.hash;
  }

  /** Publishes the file before a stack is deployed. */
  publishWith(stack: Stack): ReturnType<Stack['synthesizer']['addFileAsset']> {
    return stack.synthesizer.addFileAsset({
      // With what a name must end with: Spark unpacks by it. Of a file that does not exist the library knows no ending.
      sourceHash: `${this.file.hash}${extname(this.file.file)}`,
      executable: commandOf(this.file),
      displayName: this.file.title,
    });
  }
}

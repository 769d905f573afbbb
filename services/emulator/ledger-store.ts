/** Storage of ledger objects: S3, reduced to three operations. */
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** A store of write-once texts. */
export interface LedgerStore {
  /** The names with this prefix after `after`, ascending, at most `most` (up to 1000). */
  list(prefix: string, after: string, most: number): Promise<string[]>;
  /** The text of an existing name. */
  get(name: string): Promise<string>;
  /** Writes a new text. Returns false, and changes nothing, when the name exists. */
  create(name: string, text: string): Promise<boolean>;
}

function statusOf(error: unknown): number | undefined {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode;
}

/** The store in an S3 bucket. */
export function s3LedgerStore(client: S3Client, bucket: string): LedgerStore {
  return {
    async list(prefix, after, most) {
      const { Contents = [] } = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, StartAfter: after, MaxKeys: most }),
      );
      return Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
    },
    async get(name) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: name }));
      return (await Body?.transformToString('utf8')) ?? '';
    },
    async create(name, text) {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: name,
            Body: text,
            ContentType: 'application/x-ndjson',
            IfNoneMatch: '*',
          }),
        );
        return true;
      } catch (error) {
        if (statusOf(error) === 412) return false;
        throw error;
      }
    },
  };
}

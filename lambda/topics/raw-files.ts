/** How far the raw files of a bucket reach: what the sink has stored of a partition. */
import { HeadObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';

/** Where the raw files are. */
export interface RawFilesLocation {
  readonly bucket: string;
  /** The folder of all topics, without slashes at its ends. */
  readonly folder: string;
}

/** Knows the first offset of a partition that is not in the bucket; 0 where nothing is. */
export type StoredOffsets = (topic: string, partition: number) => Promise<number>;

const DIGITS = 20;

/** The largest offset of a record that Kafka has. Another program's object may have any number in its name. */
const MOST_OFFSET = 2n ** 63n - 2n;

/** The name of the object that begins with an offset (`docs/adr/0002-s3-sink-exactly-once.md`). */
export function rawFileKey(folder: string, topic: string, partition: number, offset: number): string {
  return `${folderOf(folder, topic, partition)}${topic}+${partition}+${String(offset).padStart(DIGITS, '0')}.json`;
}

function folderOf(folder: string, topic: string, partition: number): string {
  return `${folder}/${topic}/partition=${partition}/`;
}

/**
 * Reads it from the names and metadata of the objects (`docs/adr/0002-s3-sink-exactly-once.md`).
 *
 * @param client is closed by the caller.
 */
export function storedOffsets(client: S3Client, { bucket, folder }: RawFilesLocation): StoredOffsets {
  return async (topic, partition) => {
    const prefix = folderOf(folder, topic, partition);
    const keyOf = (offset: number): string => rawFileKey(folder, topic, partition, offset);
    /** The first object that starts after an offset. */
    const startAfter = async (offset: number): Promise<number | undefined> => {
      const after = offset < 0 ? undefined : keyOf(offset);
      const { Contents } = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, StartAfter: after, MaxKeys: 1 }),
      );
      const key = Contents?.[0]?.Key;
      if (key === undefined) return undefined;
      const digits = /\+(\d{20})\.json$/.exec(key)?.[1];
      if (digits === undefined)
        throw new Error(
          `The object ${key} in the bucket ${bucket} is no raw file: expected a name like ${keyOf(0)}. Move it away, then deploy again.`,
        );
      // Names sort by offset: after this one there is none that Kafka has.
      if (BigInt(digits) > MOST_OFFSET) return undefined;
      return Number(digits);
    };
    let last = await startAfter(-1);
    if (last === undefined) return 0;
    // Names sort by offset: strides that double, and halve again past the end.
    for (let stride = 1; ;) {
      const next = await startAfter(last + stride - 1);
      if (next !== undefined) {
        last = next;
        stride *= 2;
      } else if (stride === 1) break;
      else stride = Math.floor(stride / 2);
    }
    const { Metadata } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: keyOf(last) }));
    // Another plugin's files do not say how far they reach, but at least to their own name.
    const reach = Number(Metadata?.['last-offset'] ?? last);
    if (!Number.isSafeInteger(reach) || reach < last)
      throw new Error(
        `The object ${keyOf(last)} in the bucket ${bucket} says that it reaches to offset ${JSON.stringify(Metadata?.['last-offset'])}: expected a number of at least ${last}.`,
      );
    return reach + 1;
  };
}

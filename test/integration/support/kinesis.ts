/** Kinesis as its own clients speak to it, past the API. */
import { signedFetch } from './signed-fetch';

/** A record as Kinesis gives it, and its shard. */
export interface StoredRecord {
  readonly ShardId: string;
  readonly Data: string;
  readonly PartitionKey: string;
  readonly SequenceNumber: string;
}

/** A client of one local AWS. */
export interface KinesisClient {
  /** Calls an action. @throws Error with Kinesis's response when it fails. */
  call<T = unknown>(action: string, body: unknown): Promise<T>;
  /** All records of a stream, shard by shard, with the text of their data. */
  records(StreamName: string): Promise<(StoredRecord & { readonly text: string })[]>;
}

/** A client for an endpoint. */
export function kinesisClient(endpoint: string, accessKeyId: string): KinesisClient {
  const call = async <T = unknown>(action: string, body: unknown): Promise<T> => {
    const response = await signedFetch(
      { region: 'us-east-1', service: 'kinesis', accessKeyId },
      'POST',
      `${endpoint}/`,
      JSON.stringify(body),
      { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Kinesis_20131202.${action}` },
    );
    const text = await response.text();
    if (!response.ok) throw new Error(`${action}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };
  return {
    call,
    async records(StreamName) {
      const { Shards } = await call<{ Shards: { ShardId: string }[] }>('ListShards', { StreamName });
      const all: (StoredRecord & { text: string })[] = [];
      for (const { ShardId } of Shards) {
        const { ShardIterator } = await call<{ ShardIterator: string }>('GetShardIterator', {
          StreamName,
          ShardId,
          ShardIteratorType: 'TRIM_HORIZON',
        });
        const { Records } = await call<{ Records: StoredRecord[] }>('GetRecords', { ShardIterator });
        all.push(
          ...Records.map((record) => ({
            ...record,
            ShardId,
            text: Buffer.from(record.Data, 'base64').toString('utf8'),
          })),
        );
      }
      return all;
    },
  };
}

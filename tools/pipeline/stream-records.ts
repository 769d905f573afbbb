/** Reads a stream's records again, as far back as the stream keeps them. */
import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetRecordsCommandOutput,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import type { AwsClientConfig } from './deployment';
import { kinesisClient, shardIds } from './kinesis-client';

const PAGE = 1000;

/** Arrival times are approximate: in a shard they need not ascend. What is later by this much has nothing earlier behind it. */
const OUT_OF_ORDER_MILLISECONDS = 5 * 60 * 1000;

/** A record with the key that its sender gave it. */
export interface KeyedStreamRecord {
  readonly shard: string;
  readonly sequenceNumber: string;
  readonly key: string | null;
  readonly data: Uint8Array;
  readonly arrived: Date;
}

/** One record, as `table_engine replay-records` takes it. */
export interface StreamRecordLine {
  readonly shard: string;
  readonly sequence_number: string;
  /** Base64. */
  readonly data: string;
  /** Microseconds since 1970, UTC. */
  readonly arrived_at: number;
}

/**
 * The records of a stream that arrived from `from` to `to`, both included: shard after shard, closed ones too, those of
 * a shard in its order. It ends at the newest record when `to` is later.
 *
 * @throws Error of the SDK when the stream cannot be read.
 */
export async function* streamRecords(
  aws: AwsClientConfig,
  streamName: string,
  from: Date,
  to: Date,
): AsyncGenerator<StreamRecordLine> {
  const client = kinesisClient(aws);
  try {
    for (const shard of await shardIds(client, streamName)) {
      for await (const { sequenceNumber, data, arrived } of shardRecords(
        client,
        streamName,
        shard,
        from,
        to,
      )) {
        yield {
          shard,
          sequence_number: sequenceNumber,
          data: Buffer.from(data).toString('base64'),
          arrived_at: arrived.getTime() * 1000,
        };
      }
    }
  } finally {
    client.destroy();
  }
}

/** The same of one shard, with a client of the caller's. */
export async function* shardRecords(
  client: KinesisClient,
  streamName: string,
  shard: string,
  from: Date,
  to: Date,
): AsyncGenerator<KeyedStreamRecord> {
  let last: string | undefined;
  const iteratorAfterLast = async (): Promise<string | undefined> => {
    const place =
      last === undefined
        ? ({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: from } as const)
        : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: last } as const);
    const answer = await client.send(
      new GetShardIteratorCommand({ StreamName: streamName, ShardId: shard, ...place }),
    );
    return answer.ShardIterator;
  };
  let iterator = await iteratorAfterLast();
  while (iterator !== undefined) {
    let page: GetRecordsCommandOutput;
    try {
      page = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: PAGE }));
    } catch (error) {
      // An iterator lives five minutes, and the consumer of the records may have needed longer.
      if (!(error instanceof ExpiredIteratorException)) throw error;
      iterator = await iteratorAfterLast();
      continue;
    }
    for (const record of page.Records ?? []) {
      const { SequenceNumber, Data, PartitionKey, ApproximateArrivalTimestamp: arrived } = record;
      if (SequenceNumber === undefined || Data === undefined || arrived === undefined) {
        throw new Error(`A record of the shard ${shard} of ${streamName} lacks its number, data or time.`);
      }
      last = SequenceNumber;
      if (arrived.getTime() > to.getTime() + OUT_OF_ORDER_MILLISECONDS) return;
      if (arrived < from || arrived > to) continue;
      yield {
        shard,
        sequenceNumber: SequenceNumber,
        key: PartitionKey ?? null,
        data: Data,
        arrived,
      };
    }
    if (page.Records?.length === 0 && page.MillisBehindLatest === 0) return;
    iterator = page.NextShardIterator;
  }
}

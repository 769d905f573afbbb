/** How far the functions are behind their streams: the records of a shard that lie above what is committed. */
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetRecordsCommandOutput,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import type { Deployment } from './deployment';
import { kinesisClient, shardIds } from './kinesis-client';

/** One shard's lag. */
export interface ShardLag {
  readonly shard: string;
  /** Records above the committed number, counted up to {@link MOST_RECORDS}. */
  readonly records: number;
  /** True when there are more. */
  readonly isMore: boolean;
}

/** Records are counted up to this many a shard; Kinesis gives no more, and at most 10 MB, in one call. */
export const MOST_RECORDS = 10_000;

/** Calls that may come back empty although there are records further on. */
const MOST_CALLS = 5;

/**
 * Reads the lag of each shard of a stream.
 *
 * @param committed by shard id the highest committed sequence number; a shard that is not in it counts from its start.
 * @throws Error of the SDK when the stream cannot be read.
 */
export async function readLag(
  { aws }: Pick<Deployment, 'aws'>,
  streamName: string,
  committed: ReadonlyMap<string, string>,
): Promise<ShardLag[]> {
  const client = kinesisClient(aws);
  try {
    const lags: ShardLag[] = [];
    for (const shard of await shardIds(client, streamName)) {
      lags.push(await shardLag(client, streamName, shard, committed.get(shard)));
    }
    return lags;
  } finally {
    client.destroy();
  }
}

async function shardLag(
  client: KinesisClient,
  streamName: string,
  shard: string,
  after: string | undefined,
): Promise<ShardLag> {
  const { ShardIterator: first } = await client.send(
    new GetShardIteratorCommand({
      StreamName: streamName,
      ShardId: shard,
      ...(after === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: after }),
    }),
  );
  let iterator = first;
  let records = 0;
  for (let call = 0; iterator !== undefined && call < MOST_CALLS; call += 1) {
    const answer: GetRecordsCommandOutput = await client.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: MOST_RECORDS }),
    );
    records += answer.Records?.length ?? 0;
    iterator = answer.NextShardIterator;
    if (records >= MOST_RECORDS || (answer.MillisBehindLatest ?? 0) === 0) {
      return { shard, records, isMore: (answer.MillisBehindLatest ?? 0) > 0 };
    }
  }
  return { shard, records, isMore: iterator !== undefined };
}

/** The newest records of a topic or of a stream. */
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { streamName, topicName, type FeedName } from '../../services/contract';
import { createKafka } from '../../services/kafka-client';
import { withAdmin } from '../../services/kafka-client/admin';
import { readRanges } from '../../services/kafka-client/read-ranges';
import type { Deployment, StageAws } from './deployment';
import type { BrowsedRecord, BrowseOptions } from './flow';
import { kinesisClient, shardIds } from './kinesis-client';
import { shardRecords } from './stream-records';

/** How many records when none is said, over all partitions or shards. */
const NEWEST = 20;

/** The reading takes at most so long. */
const PATIENCE_MS = 15_000;

/** Of a value at most so many bytes. */
const MOST_BYTES = 100_000;

/** A stream has no end to read back from: it is read from so many seconds ago, and from earlier while that is too little. */
const SECONDS_BACK = [10, 120, 1800, 8 * 86_400];

/** A value as text; a long one is cut, with a mark. */
export function valueText(value: Uint8Array): string {
  const text = Buffer.from(value.subarray(0, MOST_BYTES)).toString('utf8');
  return value.byteLength > MOST_BYTES ? `${text} … (cut, of ${value.byteLength} bytes)` : text;
}

/** The newest of some records, the newest first; of the same time the one that is later in its partition or shard. */
export function newestFirst(records: readonly BrowsedRecord[], newest: number): BrowsedRecord[] {
  const later = (one: BrowsedRecord, other: BrowsedRecord): number =>
    other.time.localeCompare(one.time) ||
    one.partition.localeCompare(other.partition) ||
    other.position.length - one.position.length ||
    other.position.localeCompare(one.position);
  return [...records].sort(later).slice(0, newest);
}

/** @throws Error when Kafka or Kinesis cannot be read in time. */
export function browseDeployment(deployment: Deployment, options: BrowseOptions): Promise<BrowsedRecord[]> {
  const { of, feed, newest } = options;
  return of === 'topic' ? browseTopic(deployment, feed, newest) : browseStream(deployment, feed, newest);
}

async function browseTopic(
  { bootstrapServers, userId }: Deployment,
  feed: FeedName,
  newest = NEWEST,
): Promise<BrowsedRecord[]> {
  const deadline = Date.now() + PATIENCE_MS;
  const kafka = createKafka({ bootstrapServers, clientId: 'pipeline-browse' });
  const topic = topicName(userId, feed);
  const offsets = await withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic), {
    patienceMs: PATIENCE_MS,
  });
  const ranges = offsets.map(({ partition, low, high }) => ({
    partition,
    next: Math.max(Number(low), Number(high) - newest),
    end: Number(high),
  }));
  const options = { topic, ranges, groupPrefix: 'pipeline-cli-', deadline };
  const found: BrowsedRecord[] = [];
  await readRanges(kafka, options, ({ offset, key, timestamp, value }, partition) => {
    found.push({
      partition: String(partition),
      position: offset,
      key: key?.toString('utf8') ?? null,
      time: new Date(Number(timestamp)).toISOString(),
      value: value === null ? null : valueText(value),
    });
  });
  return newestFirst(found, newest);
}

/** The newest records of a feed's stream. @throws Error of the SDK when it cannot be read. */
export async function browseStream(
  { aws, userId }: StageAws,
  feed: FeedName,
  newest = NEWEST,
): Promise<BrowsedRecord[]> {
  const deadline = Date.now() + PATIENCE_MS;
  const client = kinesisClient(aws);
  const stream = streamName(userId, feed);
  let found: BrowsedRecord[] = [];
  try {
    const shards = await shardIds(client, stream);
    for (const seconds of SECONDS_BACK) {
      const from = new Date(Date.now() - seconds * 1000);
      const read = shards.map((shard) => newestOfShard(client, stream, shard, from, newest, deadline));
      found = (await Promise.all(read)).flat();
      if (found.length >= newest || Date.now() > deadline) break;
    }
  } finally {
    client.destroy();
  }
  return newestFirst(found, newest);
}

/** The last records of a shard among those since a time; at the deadline those until then. */
async function newestOfShard(
  client: KinesisClient,
  stream: string,
  shard: string,
  from: Date,
  newest: number,
  deadline: number,
): Promise<BrowsedRecord[]> {
  const last: BrowsedRecord[] = [];
  for await (const record of shardRecords(client, stream, shard, from, new Date())) {
    const { sequenceNumber, key, data, arrived } = record;
    last.push({
      partition: shard,
      position: sequenceNumber,
      key,
      time: arrived.toISOString(),
      value: valueText(data),
    });
    if (last.length > newest) last.shift();
    if (Date.now() > deadline) break;
  }
  return last;
}

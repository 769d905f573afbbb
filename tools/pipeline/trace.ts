/** A post's way through a deployment: its rows in the source, its records, raw lines, table rows and rejects. */
import { GetRecordsCommand, GetShardIteratorCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { FEEDS, FEED_NAMES, streamName, topicName, type FeedName } from '../../services/contract';
import { readSourceSecret } from '../../services/emulator/ports';
import { createKafka } from '../../services/kafka-client';
import { readRanges } from '../../services/kafka-client/read-ranges';
import { openSource } from '../../services/source/source-reader';
import { valueText } from './browse';
import type { Deployment } from './deployment';
import type { Findings, RawLine, RejectedRecord } from './documents.generated';
import type { Trace, TraceStep } from './flow';
import { kinesisClient } from './kinesis-client';
import { runTableEngine, type TableEngineOptions } from './table-engine';

/** The one record of a topic is read for at most so long. */
const PATIENCE_MS = 10_000;

/** Finds a post by its row number. What is not found, or cannot be asked, is left out. */
export async function tracePost(
  deployment: Deployment,
  ind: number,
  options: Pick<TableEngineOptions, 'python' | 'signal'>,
): Promise<Trace> {
  const [source, findings] = await Promise.all([
    sourceSteps(deployment, ind).catch(() => []),
    runTableEngine<Findings>(deployment, 'trace', { ...options, args: [`--ind=${ind}`] }),
  ]);
  const [topics, streams] = await Promise.all([
    Promise.all(FEED_NAMES.map((feed) => topicSteps(deployment, feed, ind, findings.raw_lines))),
    streamSteps(deployment, findings),
  ]);
  const rejects = (path: 'batch' | 'stream'): TraceStep[] =>
    findings.rejects.filter((reject) => reject.path === path).map(rejectStep);
  const rows = (station: 'tables' | 'stream-tables'): TraceStep[] =>
    findings.rows
      .filter(({ shard }) => (shard === null) === (station === 'tables'))
      .map(({ feed, table, row, shard, sequence_number: number }) => ({
        station,
        feed,
        place: shard === null ? `the table ${table}` : `the table ${table}, ${shard}:${number ?? ''}`,
        value: row,
      }));
  return {
    ind,
    batch: [
      ...source,
      ...topics.flat(),
      ...findings.raw_lines.map(({ feed, key, line, text }) => ({
        station: 'raw-files' as const,
        feed,
        place: `${key}, line ${line}`,
        value: text,
      })),
      ...rows('tables'),
      ...rejects('batch'),
    ],
    stream: [...source, ...streams, ...rows('stream-tables'), ...rejects('stream')],
  };
}

function rejectStep({ feed, position, raw, reason }: RejectedRecord): TraceStep {
  return { station: 'quarantine', feed: feed as FeedName, place: position, value: raw, reason };
}

async function sourceSteps({ outputs, aws }: Deployment, ind: number): Promise<TraceStep[]> {
  const source = openSource(await readSourceSecret(outputs.SourceSecretArn, aws));
  try {
    const [post] = await source.read([ind]);
    return FEED_NAMES.flatMap((feed) => {
      const row = post?.rows[feed];
      const place = `${FEEDS[feed].sourceTable}, ${FEEDS[feed].rowNumber} ${ind}`;
      return row === undefined ? [] : [{ station: 'source', feed, place, value: JSON.stringify(row) }];
    });
  } finally {
    await source.close();
  }
}

/**
 * The record of the newest raw line. Its offset follows from the line, but for dead-letter records between the file's: as many
 * records are read.
 */
async function topicSteps(
  { bootstrapServers, userId }: Deployment,
  feed: FeedName,
  ind: number,
  lines: readonly RawLine[],
): Promise<TraceStep[]> {
  const line = lines.filter((one) => one.feed === feed).at(-1);
  if (line === undefined) return [];
  const { partition, least_offset: next, dead_letters: more } = line;
  const topic = topicName(userId, feed);
  const kafka = createKafka({ bootstrapServers, clientId: 'pipeline-trace' });
  const steps: TraceStep[] = [];
  const ranges = [{ partition, next, end: next + more + 1 }];
  const options = { topic, ranges, groupPrefix: 'pipeline-cli-', deadline: Date.now() + PATIENCE_MS };
  await readRanges(kafka, options, ({ offset, value }) => {
    if (value === null || !hasRowNumber(value, FEEDS[feed].rowNumber, ind)) return;
    const place = `${topic}, partition ${partition}, offset ${offset}`;
    steps.push({ station: 'topics', feed, place, value: valueText(value) });
  }).catch(() => undefined);
  // With dead-letter records between, the same post may have come twice: the line's record is the last that can be.
  return steps.slice(-1);
}

/** Whether a record is of a post. */
export function hasRowNumber(value: Uint8Array, name: string, ind: number): boolean {
  try {
    const record: unknown = JSON.parse(Buffer.from(value).toString('utf8'));
    const own = (record as Readonly<Record<string, unknown>> | null)?.[name];
    return (typeof own === 'number' || typeof own === 'string') && String(own) === String(ind);
  } catch {
    return false;
  }
}

/** The records of the stream that became rows or rejects, as long as the stream keeps them. */
async function streamSteps({ aws, userId }: Deployment, { rows, rejects }: Findings): Promise<TraceStep[]> {
  const client = kinesisClient(aws);
  const positions = [
    ...rows.map(({ feed, shard, sequence_number: number }) => ({ feed, shard, number })),
    ...rejects
      .filter(({ path }) => path === 'stream')
      .map(({ feed, position }) => {
        const [shard = null, number = null] = position.split(':');
        return { feed: feed as FeedName, shard, number };
      }),
  ];
  try {
    const found = await Promise.all(
      positions.map(async ({ feed, shard, number }) =>
        shard === null || number === null
          ? []
          : await streamRecord(client, streamName(userId, feed), feed, shard, number).catch(() => []),
      ),
    );
    return found.flat();
  } finally {
    client.destroy();
  }
}

/** One record of a stream; none when the stream does not keep it any more. */
async function streamRecord(
  client: KinesisClient,
  stream: string,
  feed: FeedName,
  shard: string,
  number: string,
): Promise<TraceStep[]> {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({
      StreamName: stream,
      ShardId: shard,
      ShardIteratorType: 'AT_SEQUENCE_NUMBER',
      StartingSequenceNumber: number,
    }),
  );
  const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }));
  const [record] = Records;
  if (record?.SequenceNumber !== number || record.Data === undefined) return [];
  const place = `${stream}, ${shard}, sequence number ${number}`;
  return [{ station: 'streams', feed, place, value: valueText(record.Data) }];
}

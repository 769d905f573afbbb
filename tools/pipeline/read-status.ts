/** Asks every part of a deployment how it is doing, and how far the posts have come. */
import { FEED_NAMES, streamName, topicName } from '../../services/contract';
import { connectorStatus, getJson } from './connector-status';
import type { Deployment } from './deployment';
import type { Inspection } from './documents.generated';
import { withKafkaReader } from './kafka-reader';
import { readLag } from './kinesis-lag';
import { inspectStreams } from './stream-inspection';
import { type TableEngineOptions, runTableEngine } from './table-engine';
import type { FeedStatus, LocalStatus, PartitionStatus, PartStatus, StreamStatus } from './status';

const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
};

async function part(name: string, check: () => Promise<string>): Promise<PartStatus> {
  try {
    return { part: name, up: true, detail: await check() };
  } catch (error) {
    return { part: name, up: false, detail: reason(error) };
  }
}

/** Asks every part; never throws because one of them is away. */
export async function readStatus(deployment: Deployment, options: TableEngineOptions): Promise<LocalStatus> {
  const { userId } = deployment;
  const topics = FEED_NAMES.map((feed) => topicName(userId, feed));
  const [kafka, connect, proxy, tables, streams] = await Promise.all([
    readKafka(deployment, topics).catch((error: unknown) => new Error(reason(error))),
    part('S3 sink', () => connectorStatus(deployment.connectUrl, deployment.outputs.SinkConnectorName)),
    part('REST proxy', async () => {
      await getJson(`${deployment.restProxyUrl}/health/ready`);
      return deployment.restProxyUrl;
    }),
    runTableEngine<Inspection>(deployment, 'inspect', options).catch(
      (error: unknown) => new Error(reason(error)),
    ),
    readStreams(deployment, options).catch((error: unknown) => new Error(reason(error))),
  ]);
  const parts: PartStatus[] = [
    {
      part: 'Kafka',
      up: !(kafka instanceof Error),
      detail: kafka instanceof Error ? kafka.message : deployment.bootstrapServers.join(', '),
    },
    proxy,
    connect,
    {
      part: 'Tables',
      up: !(tables instanceof Error),
      detail: tables instanceof Error ? tables.message : `s3://${deployment.outputs.SinkBucketName}/tables`,
    },
    {
      part: 'Streams',
      up: !(streams instanceof Error),
      detail: streams instanceof Error ? streams.message : streamName(userId, 'pin').replace(/pin$/, '*'),
    },
  ];
  const feeds =
    kafka instanceof Error || tables instanceof Error
      ? null
      : FEED_NAMES.map((feed): FeedStatus => {
          const inspection = tables.feeds[feed];
          const raw = Object.values(inspection.raw_partitions);
          const partitions = kafka.get(topicName(userId, feed)) ?? [];
          return {
            feed,
            sent: inspection.sent,
            topic: partitions.reduce((sum, p) => sum + p.end, 0),
            sinkLag: partitions.reduce((sum, p) => sum + p.lag, 0),
            partitions,
            rawFiles: raw.reduce((sum, p) => sum + p.files, 0),
            rawLines: raw.reduce((sum, p) => sum + p.lines, 0),
            pendingLines: raw.reduce((sum, p) => sum + p.pending_lines, 0),
            table: inspection.table_rows,
            quarantine: inspection.quarantine_rows,
          };
        });
  return {
    stage: deployment.stage,
    userId,
    apiUrl: deployment.outputs.ApiUrl,
    sinkBucket: deployment.outputs.SinkBucketName,
    parts,
    feeds,
    streams: streams instanceof Error ? null : streams,
  };
}

async function readStreams(deployment: Deployment, options: TableEngineOptions): Promise<StreamStatus[]> {
  const { feeds } = await inspectStreams(deployment, options);
  return Promise.all(
    FEED_NAMES.map(async (feed): Promise<StreamStatus> => {
      const { table, rows, quarantined, shards, recent } = feeds[feed];
      const committed = new Map(
        Object.entries(shards).flatMap(([shard, { highest_sequence_number: number }]) =>
          number === null ? [] : [[shard, number] as const],
        ),
      );
      const lag = await readLag(deployment, streamName(deployment.userId, feed), committed);
      return { feed, table, rows, quarantine: quarantined, lag, recent };
    }),
  );
}

/** End offsets and the sink's lag of each partition, by topic. */
function readKafka(
  deployment: Deployment,
  topics: readonly string[],
): Promise<ReadonlyMap<string, PartitionStatus[]>> {
  return withKafkaReader(deployment, async (kafka) => {
    const ends = await kafka.endOffsets(topics);
    const lags = await kafka.sinkLag(deployment.outputs.SinkConnectorName, ends);
    return new Map(
      [...ends].map(([topic, partitions]) => [
        topic,
        [...partitions]
          .map(([partition, end]) => ({ partition, end, lag: lags.get(topic)?.get(partition) ?? 0 }))
          .sort((one, other) => one.partition - other.partition),
      ]),
    );
  });
}

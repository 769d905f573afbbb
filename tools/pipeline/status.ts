/** What runs, and how far the posts have come. */
import { FEED_NAMES, type FeedName, streamName, topicName } from '../../services/contract';
import { connectorStatus, getJson } from './connector-status';
import type { Deployment } from './deployment';
import type { Inspection, RecentFigures } from './documents.generated';
import { withKafkaReader } from './kafka-reader';
import { readLag, type ShardLag } from './kinesis-lag';
import { inspectStreams } from './stream-inspection';
import { type TableEngineOptions, runTableEngine } from './table-engine';

/** The state of one part: `detail` is an address or state when it is up, the reason when it is down. */
export interface PartStatus {
  readonly part: string;
  readonly up: boolean;
  readonly detail: string;
}

/** How far one feed has come. All figures are counts. */
export interface FeedStatus {
  readonly feed: FeedName;
  readonly sent: number;
  readonly topic: number;
  /** Records of the topic that the sink has not stored yet. */
  readonly sinkLag: number;
  readonly partitions: readonly PartitionStatus[];
  readonly rawFiles: number;
  readonly rawLines: number;
  /** Raw lines that no batch has read yet. */
  readonly pendingLines: number;
  readonly table: number;
  readonly quarantine: number;
}

/** How far a partition of a topic is stored. */
export interface PartitionStatus {
  readonly partition: number;
  /** The offset one past its last record. */
  readonly end: number;
  /** Records that the sink has not stored yet. */
  readonly lag: number;
}

/** How the streaming path of one feed is doing. */
export interface StreamStatus {
  readonly feed: FeedName;
  readonly table: string;
  readonly rows: number;
  readonly quarantine: number;
  /** Records of each shard that are not in the table yet. */
  readonly lag: readonly ShardLag[];
  /** Rates, latency and the state of the table; null when there is no table yet. */
  readonly recent: RecentFigures | null;
}

/** A stack of a stage on AWS. */
export interface StackState {
  readonly name: string;
  /** As CloudFormation says it. */
  readonly state: string;
  /** The last change, ISO 8601; null when CloudFormation says none. */
  readonly changed: string | null;
}

/** What is known of a pipeline: of the local run what its parts say, of a stage on AWS what AWS says. */
export interface Status {
  readonly stage: string;
  readonly userId: string;
  /** Of the local run, like the next four. */
  readonly apiUrl?: string;
  readonly sinkBucket?: string;
  readonly parts?: readonly PartStatus[];
  /** Null when Kafka or the tables cannot be read. */
  readonly feeds?: readonly FeedStatus[] | null;
  /** Null when the streams cannot be read. */
  readonly streams?: readonly StreamStatus[] | null;
  /** Why the local AWS cannot be asked, and what to do; only `parts` is then known besides, by the processes. */
  readonly problem?: string;
  /** Of a stage on AWS, like all that follow. */
  readonly region?: string;
  /** Every stack is whole, and no alarm is on. */
  readonly ok?: boolean;
  readonly stacks?: readonly StackState[];
  /** The names of the alarms that are on; each is a heading of `docs/runbook.md` after the first `/`. */
  readonly alarms?: readonly string[];
  /** When the newest answers were made, ISO 8601; null when there are none. */
  readonly answersMade?: string | null;
}

/** The status of the local run when all can be asked. */
export type LocalStatus = Status &
  Required<Pick<Status, 'apiUrl' | 'sinkBucket' | 'parts' | 'feeds' | 'streams'>>;

/** The status of a stage on AWS. */
export type StageStatus = Status &
  Required<Pick<Status, 'region' | 'ok' | 'stacks' | 'alarms' | 'answersMade'>>;

/** Whether all is up, whole and quiet. */
export function isStatusWell({ ok = true, problem, parts = [] }: Status): boolean {
  return ok && problem === undefined && parts.every(({ up }) => up);
}

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
export async function status(deployment: Deployment, options: TableEngineOptions): Promise<LocalStatus> {
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
    // Kafka Connect names a sink connector's consumer group after the connector.
    const committed = await kafka.committed(`connect-${deployment.outputs.SinkConnectorName}`, topics);
    const found = new Map<string, PartitionStatus[]>();
    for (const topic of topics) {
      const partitions = [...(await kafka.endOffsets(topic))].map(([partition, end]) => ({
        partition,
        end,
        lag: Math.max(0, end - (committed.get(topic)?.get(partition) ?? 0)),
      }));
      found.set(
        topic,
        partitions.sort((one, other) => one.partition - other.partition),
      );
    }
    return found;
  });
}

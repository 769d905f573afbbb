/** What runs, and how far the posts have come. */
import { FEED_NAMES, type FeedName, topicName } from '../feeds';
import type { Deployment } from './deployment';
import type { Inspection } from './inspection';
import { withKafkaReader } from './kafka-reader';
import { type TableEngineOptions, runTableEngine } from './table-engine';
import { textTable } from './text-table';

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
  readonly rawFiles: number;
  readonly rawLines: number;
  /** Raw lines that no batch has read yet. */
  readonly pendingLines: number;
  readonly table: number;
  readonly quarantine: number;
}

/** The status of a deployment. `feeds` is null when Kafka or the tables cannot be read. */
export interface Status {
  readonly stage: string;
  readonly userId: string;
  readonly apiUrl: string;
  readonly sinkBucket: string;
  readonly parts: readonly PartStatus[];
  readonly feeds: readonly FeedStatus[] | null;
}

const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
};

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
  const body = await response.text();
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${body.slice(0, 300)}`);
  return body === '' ? null : JSON.parse(body);
}

async function connectorStatus(deployment: Deployment): Promise<string> {
  const name = deployment.outputs.SinkConnectorName;
  const { connector, tasks } = (await getJson(
    `${deployment.connectUrl}/connectors/${encodeURIComponent(name)}/status`,
  )) as { connector: { state: string }; tasks: { id: number; state: string; trace?: string }[] };
  const bad = tasks.find((task) => task.state === 'FAILED');
  if (connector.state !== 'RUNNING' || bad) {
    throw new Error(
      `connector ${connector.state}${bad ? `, task ${bad.id} FAILED: ${bad.trace?.split('\n')[0] ?? ''}` : ''}`,
    );
  }
  return `${name}: ${tasks.length} tasks ${[...new Set(tasks.map((task) => task.state))].join(', ')}`;
}

async function part(name: string, check: () => Promise<string>): Promise<PartStatus> {
  try {
    return { part: name, up: true, detail: await check() };
  } catch (error) {
    return { part: name, up: false, detail: reason(error) };
  }
}

/** Asks every part; never throws because one of them is away. */
export async function status(deployment: Deployment, options: TableEngineOptions): Promise<Status> {
  const { userId } = deployment;
  const topics = FEED_NAMES.map((feed) => topicName(userId, feed));
  const [kafka, connect, proxy, tables] = await Promise.all([
    readKafka(deployment, topics).catch((error: unknown) => new Error(reason(error))),
    part('S3 sink', () => connectorStatus(deployment)),
    part('REST proxy', async () => {
      await getJson(`${deployment.restProxyUrl}/health/ready`);
      return deployment.restProxyUrl;
    }),
    runTableEngine<Inspection>(deployment, 'inspect', options).catch(
      (error: unknown) => new Error(reason(error)),
    ),
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
  ];
  const feeds =
    kafka instanceof Error || tables instanceof Error
      ? null
      : FEED_NAMES.map((feed): FeedStatus => {
          const inspection = tables.feeds[feed];
          const raw = Object.values(inspection.raw_partitions);
          const topic = kafka.get(topicName(userId, feed)) ?? { end: 0, lag: 0 };
          return {
            feed,
            sent: inspection.sent,
            topic: topic.end,
            sinkLag: topic.lag,
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
  };
}

/** End offsets and the sink's lag, by topic. */
function readKafka(
  deployment: Deployment,
  topics: readonly string[],
): Promise<ReadonlyMap<string, { end: number; lag: number }>> {
  return withKafkaReader(deployment, async (kafka) => {
    // Kafka Connect names a sink connector's consumer group after the connector.
    const committed = await kafka.committed(`connect-${deployment.outputs.SinkConnectorName}`, topics);
    const found = new Map<string, { end: number; lag: number }>();
    for (const topic of topics) {
      const ends = await kafka.endOffsets(topic);
      let end = 0;
      let lag = 0;
      for (const [partition, offset] of ends) {
        end += offset;
        lag += Math.max(0, offset - (committed.get(topic)?.get(partition) ?? 0));
      }
      found.set(topic, { end, lag });
    }
    return found;
  });
}

/** The status for a person. */
export function formatStatus(status: Status): string {
  const lines = [
    `Pipeline ${status.userId}, stage ${status.stage}`,
    `API ${status.apiUrl}, bucket ${status.sinkBucket}`,
    '',
    textTable(
      ['part', 'state', 'detail'],
      status.parts.map(({ part: name, up, detail }) => [name, up ? 'up' : 'DOWN', detail]),
    ),
  ];
  if (status.feeds) {
    lines.push(
      '',
      textTable(
        [
          'feed',
          'sent',
          'in topic',
          'sink lag',
          'raw files',
          'raw lines',
          'not batched',
          'table',
          'quarantine',
        ],
        status.feeds.map((f) => [
          f.feed,
          f.sent,
          f.topic,
          f.sinkLag,
          f.rawFiles,
          f.rawLines,
          f.pendingLines,
          f.table,
          f.quarantine,
        ]),
      ),
    );
  }
  return lines.join('\n');
}

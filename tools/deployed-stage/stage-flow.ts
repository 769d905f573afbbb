/** The flow of a stage on AWS, as far as CloudWatch's metrics say it: the streaming path's records since the start. */
import { CloudWatchClient, paginateGetMetricData, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { setTimeout as sleep } from 'node:timers/promises';
import { FEED_NAMES, streamName } from '../../services/contract';
import { tableMetrics } from '../../lib/monitoring/metric-namespaces';
import type { StageAws } from '../pipeline/deployment';
import { STATIONS, type FlowSample, type StationSample } from '../pipeline/flow';

/** CloudWatch has a minute's figure after the minute, and takes money for each question. */
const LEAST_SECONDS = 60;

/** CloudWatch keeps figures so long, by the hour. */
const KEPT_DAYS = 455;
const DAY_SECONDS = 86_400;
/** Newest records are looked for this far back, by the minute. */
const RECENT_SECONDS = 3 * 3600;

/** What the metrics say of a place: records since the stage was made, and the minute of the newest. */
interface Counted {
  readonly total: number;
  readonly newest: string | null;
}

/** Samples until the signal aborts, at most once a minute. What AWS cannot say cheaply is null. */
export async function sampleStageFlow(
  stage: StageAws,
  every: number,
  signal: AbortSignal,
  onSample: (sample: FlowSample) => void,
): Promise<void> {
  const client = new CloudWatchClient(stage.aws);
  try {
    for (;;) {
      const at = new Date();
      const found = await readMetrics(client, stage, at, signal).catch(() => undefined);
      signal.throwIfAborted();
      onSample(sampleOf(at, found));
      await sleep(Math.max(LEAST_SECONDS, every) * 1000, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    client.destroy();
  }
}

function sampleOf(at: Date, found: Awaited<ReturnType<typeof readMetrics>> | undefined): FlowSample {
  const known: Partial<Record<(typeof STATIONS)[number], Counted>> =
    found === undefined
      ? {}
      : {
          streams: found.streams,
          functions: found.records,
          'stream-tables': {
            total: found.records.total - found.rejects.total,
            newest: found.records.newest,
          },
        };
  const stations = STATIONS.map((station): [string, StationSample] => {
    const { total = null, newest = null } = known[station] ?? {};
    return [station, { total, lag: null, newest }];
  });
  return {
    at: at.toISOString(),
    stations: Object.fromEntries(stations) as FlowSample['stations'],
    latency: { batch: null, stream: null },
    quarantined: null,
  };
}

/** The metrics by what they count; each is asked by the day for its total, and by the minute for its newest. */
async function readMetrics(client: CloudWatchClient, stage: StageAws, at: Date, signal: AbortSignal) {
  const total = await sums(client, stage, at, KEPT_DAYS * DAY_SECONDS, DAY_SECONDS, signal);
  const recent = await sums(client, stage, at, RECENT_SECONDS, 60, signal);
  const counted = (name: string): Counted => {
    const own = (id: string): boolean => id.startsWith(name);
    const newest = [...recent].filter(([id]) => own(id)).map(([, points]) => points.newest ?? '');
    return {
      total: [...total].filter(([id]) => own(id)).reduce((sum, [, points]) => sum + points.sum, 0),
      newest: newest.sort().at(-1) || null,
    };
  };
  return { streams: counted('stream'), records: counted('records'), rejects: counted('rejects') };
}

/** Of each metric the sum over a time, and the newest period that has records. */
async function sums(
  client: CloudWatchClient,
  { userId, stage }: StageAws,
  at: Date,
  seconds: number,
  period: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, { readonly sum: number; readonly newest: string | null }>> {
  const query = (
    id: string,
    namespace: string,
    name: string,
    dimensions: Readonly<Record<string, string>>,
  ): MetricDataQuery => ({
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: period,
      Stat: 'Sum',
    },
  });
  const path = { UserId: userId, Path: 'streams' };
  const queries = [
    ...FEED_NAMES.map((feed) =>
      query(`stream_${feed}`, 'AWS/Kinesis', 'IncomingRecords', { StreamName: streamName(userId, feed) }),
    ),
    query('records', tableMetrics(userId, stage), 'Records', path),
    query('rejects', tableMetrics(userId, stage), 'Rejects', path),
  ];
  const found = new Map<string, { sum: number; newest: string | null }>();
  const asked = {
    MetricDataQueries: queries,
    StartTime: new Date(at.getTime() - seconds * 1000),
    EndTime: at,
    ScanBy: 'TimestampDescending',
  } as const;
  for await (const page of paginateGetMetricData({ client }, asked, { abortSignal: signal })) {
    for (const { Id = '', Values = [], Timestamps = [] } of page.MetricDataResults ?? []) {
      const before = found.get(Id) ?? { sum: 0, newest: null };
      const newest = Timestamps.find((_, index) => (Values[index] ?? 0) > 0)?.toISOString() ?? null;
      found.set(Id, {
        sum: Values.reduce((sum, value) => sum + value, before.sum),
        newest: before.newest ?? newest,
      });
    }
  }
  return found;
}

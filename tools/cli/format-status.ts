/** The status for a person. */
import type { ShardLag } from '../pipeline/kinesis-lag';
import type { FeedStatus, Status, StreamStatus } from '../pipeline/status';
import { type Cell, textTable } from './text-table';

/** The quantiles say little without it: the API, and tries that failed, are before the arrival. */
const STREAMS = 'Streaming path (p50, p95, p99: from the arrival in the stream to the row, without the API)';

/** The parts, then how far the posts have come on both paths. */
export function formatStatus(status: Status): string {
  return [
    `Pipeline ${status.userId}, stage ${status.stage}`,
    `API ${status.apiUrl}, bucket ${status.sinkBucket}`,
    '',
    textTable(
      ['part', 'state', 'detail'],
      status.parts.map(({ part, up, detail }) => [part, up ? 'up' : 'DOWN', detail]),
    ),
    ...(status.feeds === null ? [] : ['', 'Batch path', formatFeeds(status.feeds)]),
    ...(status.streams === null ? [] : ['', STREAMS, formatStreams(status.streams)]),
  ].join('\n');
}

function formatFeeds(feeds: readonly FeedStatus[]): string {
  return textTable(
    [
      'feed',
      'sent',
      'in topic',
      'sink lag by partition',
      'raw files',
      'raw lines',
      'not batched',
      'table',
      'quarantine',
    ],
    feeds.map((f) => [
      f.feed,
      f.sent,
      f.topic,
      f.partitions.map(({ partition, lag }) => `${partition}: ${lag}`).join(', '),
      f.rawFiles,
      f.rawLines,
      f.pendingLines,
      f.table,
      f.quarantine,
    ]),
  );
}

function formatStreams(streams: readonly StreamStatus[]): string {
  const seconds = (value: number | null | undefined): string =>
    value === null || value === undefined ? '-' : `${value.toFixed(2)} s`;
  return textTable(
    [
      'feed',
      'table',
      'quarantine',
      'lag by shard',
      'rows a second',
      'newest row',
      'p50',
      'p95',
      'p99',
      'files',
      'log entries',
    ],
    streams.map(({ feed, rows, quarantine, lag, recent }): Cell[] => [
      feed,
      rows,
      quarantine,
      lag.map(formatLag).join(', '),
      recent?.rows_per_second ?? 0,
      recent === null || recent.newest_row_age === null ? '-' : `${seconds(recent.newest_row_age)} old`,
      seconds(recent?.latency?.p50),
      seconds(recent?.latency?.p95),
      seconds(recent?.latency?.p99),
      recent?.files ?? 0,
      recent?.log_entries ?? 0,
    ]),
  );
}

/** `0: 12` for shardId-000000000000. */
function formatLag({ shard, records, isMore }: ShardLag): string {
  return `${shard.replace(/^shardId-0*(?=\d)/, '')}: ${records}${isMore ? '+' : ''}`;
}

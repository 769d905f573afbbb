/** The status for a person. */
import type { ShardLag } from '../pipeline/kinesis-lag';
import type { FeedStatus, StackState, Status, StreamStatus } from '../pipeline/status';
import { type Cell, textTable } from '../text-table';

/** The quantiles say little without it: the API, and tries that failed, are before the arrival. */
const STREAMS = 'Streaming path (p50, p95, p99: from the arrival in the stream to the row, without the API)';

/** Of the local run its parts, then how far the posts have come on both paths; of a stage on AWS what AWS knows. */
export function formatStatus(status: Status): string {
  const { stage, userId, region, apiUrl, sinkBucket, parts = [], feeds, streams, problem, stacks } = status;
  const up = problem === undefined ? ['up', 'DOWN'] : ['running', 'NOT RUNNING'];
  const blocks = [
    [
      `Pipeline ${userId}, stage ${stage}${region === undefined ? '' : `, in ${region}`}`,
      ...(apiUrl === undefined ? [] : [`API ${apiUrl}, bucket ${sinkBucket ?? ''}`]),
      ...(problem === undefined ? [] : [problem]),
    ],
    ...(parts.length === 0
      ? []
      : [
          textTable(
            ['part', 'state', 'detail'],
            parts.map((part) => [part.part, (part.up ? up[0] : up[1]) ?? '', part.detail]),
          ),
        ]),
    ...(feeds ? [['Batch path', formatFeeds(feeds)]] : []),
    ...(streams ? [[STREAMS, formatStreams(streams)]] : []),
    ...(stacks === undefined ? [] : formatStage(stacks, status)),
  ];
  return blocks.map((block) => [block].flat().join('\n')).join('\n\n');
}

function formatStage(
  stacks: readonly StackState[],
  { alarms = [], answersMade }: Status,
): (string | string[])[] {
  return [
    textTable(
      ['stack', 'state', 'changed'],
      stacks.map(({ name, state, changed }) => [name, state, changed ?? '-']),
    ),
    [
      alarms.length === 0
        ? 'No alarm is on.'
        : `Alarms that are on (docs/runbook.md says what to do): ${alarms.join(', ')}`,
      answersMade ? `The newest answers are of ${answersMade}.` : 'There are no answers yet.',
    ],
  ];
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

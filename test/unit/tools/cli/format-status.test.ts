import { formatStatus } from '../../../../tools/cli/format-status';
import type { Status } from '../../../../tools/pipeline/status';

const STATUS: Status = {
  stage: 'local',
  userId: 'pinterest',
  apiUrl: 'http://localhost:4566/v1',
  sinkBucket: 'pinterest-sink',
  parts: [{ part: 'Streams', up: true, detail: '3 streams' }],
  feeds: null,
  streams: [
    {
      feed: 'pin',
      table: 'pinterest_pin_table',
      rows: 50,
      quarantine: 0,
      lag: [{ shard: 'shardId-000000000001', records: 12, isMore: true }],
      recent: {
        latency: { commits: 3, rows: 50, p50: 0.25, p95: 0.5, p99: 0.75 },
        newest_row_age: null,
        rows_per_second: 10,
        files: 4,
        log_entries: 5,
      },
    },
  ],
};

test('the quantiles are shown with what they are of', () => {
  const lines = formatStatus(STATUS).split('\n');
  expect(lines).toContain(
    'Streaming path (p50, p95, p99: from the arrival in the stream to the row, without the API)',
  );
  expect(lines.at(-1)).toMatch(/^pin .* 1: 12\+ .* - +0\.25 s +0\.50 s +0\.75 s +4 +5$/);
});

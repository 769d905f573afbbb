import type { StreamFeedInspection, StreamInspection } from '../../../../tools/pipeline/documents.generated';
import { onTheirWay } from '../../../../tools/pipeline/stream-inspection';

const feed = (pending: number): StreamFeedInspection => ({
  ...{ table: 'pinterest_pin_table', sent: 50, failed: 0, acknowledged: 50, rows: 48, quarantined: 2 },
  ...{ pending, missing: 1, duplicate: 0, unacknowledged: 0, shards: {}, recent: null },
});

test('what is on its way is added up over the feeds', () => {
  const feeds: StreamInspection['feeds'] = { pin: feed(1), geo: feed(0), user: feed(2) };
  expect(onTheirWay({ feeds })).toBe(3);
});

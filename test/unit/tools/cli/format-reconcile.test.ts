import { formatReconciliation } from '../../../../tools/cli/format-reconcile';
import type { FeedReconciliation, StreamReconciliation } from '../../../../tools/pipeline/reconcile';

const feed: FeedReconciliation = {
  ...{ feed: 'pin', sent: 2000, acknowledged: 1999, topic: 2002, unacknowledged: 3, deadLetters: 4 },
  ...{ raw: 1998, pending: 5, table: 1990, quarantine: 3, missing: 1, duplicate: 0, onTheWay: 0 },
  ...{ outsideRawFiles: 4, findings: ['1 sent, but never acknowledged'] },
};
const stream: StreamReconciliation = {
  ...{ feed: 'pin', sent: 50, acknowledged: 50, unacknowledged: 0, table: 43, quarantine: 0 },
  ...{ missing: 0, duplicate: 0, onTheWay: 7, findings: [] },
  shards: [{ shard: 'shardId-0', acknowledged: 50, table: 43, quarantine: 0, missing: 0, duplicate: 0 }],
};

test('with Kafka’s facts the topics are shown, and what was found', () => {
  expect(formatReconciliation({ ok: false, feeds: [feed], streams: [{ ...stream, onTheWay: 0 }] })).toBe(
    `Batch path
feed   sent  acknowledged  in topic  dead-letter  raw files  not batched  table  quarantine  missing  duplicate
----  -----  ------------  --------  -----------  ---------  -----------  -----  ----------  -------  ---------
pin   2,000         1,999     2,002            4      1,998            5  1,990           3        1          0

pin: 1 sent, but never acknowledged
pin: 5 records wait for the next batch (\`npm run pipeline -- batch\`)
pin: 3 records of the topic are not in the emulator's ledger: sent meanwhile, again after a lost response, or by another producer

pin: missing 1, duplicate 0

Streaming path
feed  shard      acknowledged  table  quarantine  missing  duplicate
----  ---------  ------------  -----  ----------  -------  ---------
pin   shardId-0            50     43           0        0          0

pin: missing 0, duplicate 0`,
  );
});

test('without them, what is on the way and between the raw files', () => {
  const found = { ...feed, topic: null, unacknowledged: null, deadLetters: null, onTheWay: 1200 };
  const lines = formatReconciliation({ ok: true, feeds: [found], streams: [stream] }).split('\n');
  expect(lines[1]).toMatch(/acknowledged +on the way +outside raw files +raw files/);
  expect(lines[3]).toMatch(/^pin +2,000 +1,999 +1,200 +4 +1,998 /);
  expect(lines).toContain('pin: 7 records are on the way from the stream to the table');
});

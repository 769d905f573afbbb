import { assessStream, onTheirWay } from '../../../../tools/pipeline/reconcile-streams';
import type {
  ShardInspection,
  StreamFeedInspection,
  StreamInspection,
} from '../../../../tools/pipeline/stream-inspection';

const shard = (over: Partial<ShardInspection> = {}): ShardInspection => ({
  acknowledged: 50,
  rows: 48,
  quarantined: 2,
  pending: 0,
  missing: 0,
  duplicate: 0,
  unacknowledged: 0,
  highest_sequence_number: '4959',
  ...over,
});

function inspection(
  shards: readonly ShardInspection[],
  over: Partial<StreamFeedInspection> = {},
): StreamFeedInspection {
  const sum = (of: (one: ShardInspection) => number): number =>
    shards.reduce((total, one) => total + of(one), 0);
  const acknowledged = sum((one) => one.acknowledged);
  return {
    table: 'pinterest_pin_table',
    sent: acknowledged,
    failed: 0,
    acknowledged,
    rows: sum((one) => one.rows),
    quarantined: sum((one) => one.quarantined),
    pending: sum((one) => one.pending),
    missing: sum((one) => one.missing),
    duplicate: sum((one) => one.duplicate),
    unacknowledged: sum((one) => one.unacknowledged),
    shards: Object.fromEntries(shards.map((one, index) => [`shardId-${index}`, one])),
    recent: null,
    ...over,
  };
}

describe('the reconciliation of a stream', () => {
  it('finds nothing where every record is in the table or in quarantine', () => {
    const result = assessStream(
      'pin',
      inspection([shard(), shard({ acknowledged: 10, rows: 10, quarantined: 0 })]),
    );
    expect(result).toMatchObject({ acknowledged: 60, table: 58, quarantine: 2, missing: 0, duplicate: 0 });
    expect(result.findings).toEqual([]);
    expect(result.shards.map((one) => [one.shard, one.table])).toEqual([
      ['shardId-0', 48],
      ['shardId-1', 10],
    ]);
  });

  it('names the shard whose record is gone', () => {
    const result = assessStream('pin', inspection([shard(), shard({ missing: 3 })]));
    expect(result).toMatchObject({ missing: 3, duplicate: 0 });
    expect(result.shards.map((one) => one.missing)).toEqual([0, 3]);
    expect(result.findings).toEqual([
      '3 acknowledged by shardId-1, but neither in the table nor in quarantine',
    ]);
  });

  it('counts what is still on its way as missing, and says so', () => {
    const result = assessStream('pin', inspection([shard({ pending: 4, missing: 1 })]));
    expect(result.missing).toBe(5);
    expect(result.findings).toContain('4 acknowledged by shardId-0, to which the function has not got yet');
  });

  it('counts what was never acknowledged as missing', () => {
    const result = assessStream('pin', inspection([shard()], { sent: 57, failed: 7 }));
    expect(result.missing).toBe(7);
    expect(result.findings).toEqual(['7 sent, but never acknowledged']);
  });

  it('counts what is there twice', () => {
    const result = assessStream('pin', inspection([shard({ duplicate: 2 })]));
    expect(result).toMatchObject({ missing: 0, duplicate: 2 });
    expect(result.findings).toHaveLength(1);
  });

  it('does not take records of other producers, or of lost answers, for doubles', () => {
    const result = assessStream('pin', inspection([shard({ rows: 60, unacknowledged: 12 })]));
    expect(result).toMatchObject({ missing: 0, duplicate: 0, unacknowledged: 12, findings: [] });
  });

  it('adds up what is on its way over the feeds', () => {
    const feeds = {
      pin: inspection([shard({ pending: 1 })]),
      geo: inspection([]),
      user: inspection([shard({ pending: 2 })]),
    };
    expect(onTheirWay({ feeds } satisfies StreamInspection)).toBe(3);
  });
});

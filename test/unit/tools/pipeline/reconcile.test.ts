import type { FeedInspection, RawPartition } from '../../../../tools/pipeline/inspection';
import { type FeedFacts, assess, inFlight } from '../../../../tools/pipeline/reconcile';

const raw = (over: Partial<RawPartition> = {}): RawPartition => ({
  files: 2,
  lines: 100,
  blank_lines: 0,
  overlapping_lines: 0,
  last_start_offset: 60,
  next_offset: 100,
  pending_lines: 0,
  ...over,
});

const inspection = (over: Partial<FeedInspection> = {}): FeedInspection => ({
  sent: 100,
  acknowledged: 100,
  failed: 0,
  acknowledged_offsets: { '0': [[0, 99]] },
  raw_partitions: { '0': raw() },
  table_rows: 90,
  table_posts: 90,
  quarantine_rows: 2,
  quarantine_positions: 2,
  missing_from_tables: 0,
  dead_letters_kept: 0,
  dead_letter_rows: 0,
  dead_letter_positions: 0,
  dead_letters_missing: 0,
  last_day: { records: 0, rejects: 0 },
  ...over,
});

const facts = (over: Partial<FeedFacts> = {}): FeedFacts => ({
  inspection: inspection(),
  endOffsets: new Map([[0, 100]]),
  laterEndOffsets: over.endOffsets ?? new Map([[0, 100]]),
  deadLetters: new Map(),
  ...over,
});

describe('assess', () => {
  it('finds nothing when every record is accounted for', () => {
    expect(assess('pin', facts())).toEqual({
      feed: 'pin',
      sent: 100,
      acknowledged: 100,
      topic: 100,
      unacknowledged: 0,
      deadLetters: 0,
      raw: 100,
      pending: 0,
      table: 90,
      quarantine: 2,
      missing: 0,
      duplicate: 0,
      findings: [],
    });
  });

  it('counts records that were never acknowledged', () => {
    const result = assess('pin', facts({ inspection: inspection({ sent: 107, failed: 7 }) }));
    expect(result.missing).toBe(7);
    expect(result.findings).toEqual(['7 sent, but never acknowledged']);
  });

  it('counts acknowledged offsets that the topic does not have', () => {
    const acknowledged_offsets = { '0': [[0, 89] as const, [95, 104] as const] };
    const result = assess('pin', facts({ inspection: inspection({ acknowledged_offsets }) }));
    expect(result.missing).toBe(5);
  });

  it('counts acknowledged offsets of a partition that the topic does not have', () => {
    const acknowledged_offsets = { '3': [[10, 12] as const] };
    expect(assess('pin', facts({ inspection: inspection({ acknowledged_offsets }) })).missing).toBe(3);
  });

  it('counts a hole between raw files', () => {
    const raw_partitions = { '0': raw({ lines: 96 }) };
    const result = assess('pin', facts({ inspection: inspection({ raw_partitions }) }));
    expect(result.missing).toBe(4);
    expect(result.findings[0]).toMatch(/between the raw files of partition 0/);
  });

  it('takes dead letters for what they are, before and behind the start of the last file', () => {
    const raw_partitions = { '0': raw({ lines: 95, last_start_offset: 60, next_offset: 98 }) };
    const result = assess(
      'pin',
      facts({
        inspection: inspection({ raw_partitions }),
        deadLetters: new Map([[0, new Set([10, 11, 12, 70, 71])]]),
      }),
    );
    expect(result).toMatchObject({ missing: 0, duplicate: 0, deadLetters: 5, raw: 95 });
  });

  it('counts what is in the topic, but in no raw file', () => {
    const late = facts({
      endOffsets: new Map([
        [0, 130],
        [1, 5],
      ]),
    });
    expect(inFlight(late)).toBe(35);
    expect(assess('pin', late).missing).toBe(35);
  });

  it('counts a partition whose records are all dead letters as stored', () => {
    const all = facts({
      endOffsets: new Map([
        [0, 100],
        [1, 2],
      ]),
      deadLetters: new Map([[1, new Set([0, 1])]]),
    });
    expect(inFlight(all)).toBe(0);
  });

  it('does not mind posts that flow while it reads', () => {
    const flowing = { endOffsets: new Map([[0, 80]]), laterEndOffsets: new Map([[0, 100]]) };
    expect(assess('pin', facts(flowing))).toMatchObject({ missing: 0, duplicate: 0, topic: 100 });
    expect(assess('pin', facts({ ...flowing, laterEndOffsets: new Map([[0, 99]]) })).missing).toBe(1);
  });

  it('does not mind what failed and was acknowledged when it was sent again', () => {
    expect(assess('pin', facts({ inspection: inspection({ sent: 107 }) })).missing).toBe(0);
  });

  it('shows what waits for a batch, and does not call it missing', () => {
    const raw_partitions = { '0': raw({ pending_lines: 40 }) };
    expect(assess('pin', facts({ inspection: inspection({ raw_partitions }) }))).toMatchObject({
      pending: 40,
      missing: 0,
    });
  });

  it('counts lines whose post is in no table', () => {
    expect(assess('pin', facts({ inspection: inspection({ missing_from_tables: 3 }) })).missing).toBe(3);
  });

  it.each([
    ['raw files', { raw_partitions: { '0': raw({ lines: 104, overlapping_lines: 4 }) } }, 4],
    ['the table', { table_rows: 92 }, 2],
    ['the quarantine', { quarantine_rows: 5 }, 3],
  ])('counts duplicates in %s', (_, over: Partial<FeedInspection>, duplicate) => {
    expect(assess('pin', facts({ inspection: inspection(over) }))).toMatchObject({ missing: 0, duplicate });
  });

  it('counts a whole file again under another name', () => {
    const twice = { '0': raw({ files: 3, lines: 140, overlapping_lines: 40 }) };
    const result = assess('pin', facts({ inspection: inspection({ raw_partitions: twice }) }));
    expect(result).toMatchObject({ missing: 0, duplicate: 40 });
  });

  it('shows records of the topic beyond the acknowledged ones without calling them duplicates', () => {
    const result = assess('pin', facts({ inspection: inspection({ acknowledged: 96, sent: 96 }) }));
    expect(result).toMatchObject({ unacknowledged: 4, missing: 0, duplicate: 0 });
  });
});

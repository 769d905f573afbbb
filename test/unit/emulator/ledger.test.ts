import * as fc from 'fast-check';
import {
  LedgerWriter,
  firstUnacknowledged,
  ledgerName,
  readResumePoint,
  type LedgerLine,
} from '../../../emulator/ledger';
import { FEED_NAMES, type FeedName } from '../../../feeds';
import { JumpingClock, MemoryStore } from './ports';

// On a busy machine a test may take many times as long as alone.
jest.setTimeout(60_000);

function line(feed: FeedName, from: number, to: number, change: Partial<LedgerLine> = {}): LedgerLine {
  const sent = to - from;
  return {
    run: 'r',
    seed: 100,
    mode: 'all',
    from,
    to,
    feed,
    sent,
    acknowledged: sent,
    failed: 0,
    attempts: 1,
    offsets: [[0, from, to - 1]],
    at: '2026-01-31T12:00:00.000Z',
    ...change,
  };
}
const batch = (from: number, to: number, change: Partial<LedgerLine> = {}): LedgerLine[] =>
  FEED_NAMES.map((feed) => line(feed, from, to, change));

async function write(store: MemoryStore, batches: LedgerLine[][], sequence = 0): Promise<void> {
  for (const lines of batches) {
    const writer = new LedgerWriter(store, 'r', sequence, new JumpingClock());
    writer.add(lines);
    await writer.close();
    expect(writer.problem).toBeUndefined();
  }
}

test('lines become one object, each on a line that is ended', async () => {
  const store = new MemoryStore();
  await write(store, [batch(0, 5)]);
  expect([...store.texts.keys()]).toEqual(['sent/r/00000000.jsonl']);
  expect([...store.texts.values()][0]?.split('\n')).toEqual([
    ...batch(0, 5).map((one) => JSON.stringify(one)),
    '',
  ]);
});

test('objects are written while the run goes on: by number of lines and by age', async () => {
  const store = new MemoryStore();
  const clock = new JumpingClock();
  const writer = new LedgerWriter(store, 'r', 7, clock);
  writer.add(batch(0, 1));
  await new Promise(setImmediate);
  expect(store.texts.size).toBe(0);
  clock.advance(5000);
  writer.add(batch(1, 2));
  await new Promise(setImmediate);
  expect([...store.texts.keys()]).toEqual([ledgerName('r', 7)]);
  writer.add(Array.from({ length: 200 }, (_, n) => batch(n + 2, n + 3)).flat());
  await new Promise(setImmediate);
  expect([...store.texts.keys()]).toEqual([ledgerName('r', 7), ledgerName('r', 8)]);
  await writer.close();
  expect(store.lines()).toHaveLength(606);
});

test('a name that another writer took is left alone, the next is used', async () => {
  const store = new MemoryStore();
  await store.create(ledgerName('r', 0), 'other\n');
  await write(store, [batch(0, 5)]);
  expect(store.texts.get(ledgerName('r', 0))).toBe('other\n');
  expect(store.texts.has(ledgerName('r', 1))).toBe(true);
});

test('a write whose answer was lost is not written twice', async () => {
  const store = new MemoryStore();
  const create = store.create.bind(store);
  let lost = true;
  store.create = async (name, text) => {
    const created = await create(name, text);
    if (lost) {
      lost = false;
      throw new Error('socket hang up');
    }
    return created;
  };
  await write(store, [batch(0, 5)]);
  expect(store.texts.size).toBe(1);
});

test('while S3 is away lines are kept, and written later', async () => {
  const store = new MemoryStore();
  const create = store.create.bind(store);
  let away = 12;
  store.create = (name, text) => (away-- > 0 ? Promise.reject(new Error('SlowDown')) : create(name, text));
  const clock = new JumpingClock();
  const writer = new LedgerWriter(store, 'r', 0, clock);
  writer.add(batch(0, 1));
  clock.advance(5000);
  writer.add(batch(1, 2));
  while (writer.problem === undefined) await new Promise(setImmediate);
  expect(writer.problem).toMatch(/sent\/r\/ could not be written to the sink bucket: SlowDown/);
  await writer.close();
  expect(writer.problem).toBeUndefined();
  expect(store.lines().map(({ from }) => from)).toEqual([0, 0, 0, 1, 1, 1]);
});

test('the run goes on at the first position not acknowledged in every feed', () => {
  const resume = (lines: LedgerLine[]): number => firstUnacknowledged(lines, FEED_NAMES);
  expect(resume([])).toBe(0);
  expect(resume([...batch(0, 5), ...batch(5, 9)])).toBe(9);
  expect(resume([...batch(5, 9), ...batch(0, 5)])).toBe(9);
  expect(resume([...batch(0, 5), ...batch(6, 9)])).toBe(5);
  expect(resume([...batch(0, 5), line('pin', 5, 9), line('geo', 5, 9)])).toBe(5);
  expect(resume([...batch(0, 5), ...batch(5, 9, { failed: 1 }), ...batch(9, 12)])).toBe(5);
  expect(resume([...batch(0, 5), ...batch(5, 9, { failed: 1 }), ...batch(5, 7), ...batch(7, 12)])).toBe(12);
  // A feed with no rows in the source was dealt with all the same.
  expect(
    resume([line('pin', 0, 5), line('geo', 0, 5, { sent: 0, acknowledged: 0 }), line('user', 0, 5)]),
  ).toBe(5);
});

test('mode all reads every object, more than one page of them', async () => {
  const store = new MemoryStore();
  for (let n = 0; n < 2100; n++) {
    await store.create(
      ledgerName('r', n),
      `${batch(n, n + 1)
        .map((one) => JSON.stringify(one))
        .join('\n')}\n`,
    );
  }
  const resume = await readResumePoint(store, 'r', 'all', 100, FEED_NAMES);
  expect(resume).toEqual({ position: 2100, sequence: 2100 });
});

test('mode random finds the newest object without reading the others', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(2000), { minLength: 1, maxLength: 40 }), async (sequences) => {
      const store = new MemoryStore();
      const last = Math.max(...sequences);
      for (const sequence of sequences) {
        const lines = batch(sequence * 10, sequence * 10 + 10, { mode: 'random' });
        await store.create(ledgerName('r', sequence), lines.map((one) => JSON.stringify(one)).join('\n'));
      }
      const resume = await readResumePoint(store, 'r', 'random', 100, FEED_NAMES);
      expect(resume).toEqual({ position: last * 10 + 10, sequence: last + 1 });
      expect(store.calls).toBeLessThan(80);
    }),
  );
  const highest = new MemoryStore();
  await highest.create(ledgerName('r', 99_999_999), JSON.stringify(line('pin', 0, 4, { mode: 'random' })));
  expect((await readResumePoint(highest, 'r', 'random', 100, FEED_NAMES)).position).toBe(4);
});

test('mode random goes back to what failed and was not made good since', async () => {
  const random = { mode: 'random' as const };
  const objects = [
    [...batch(0, 10, { ...random, failed: 1 })], // Before an object without a failure: dealt with by then.
    [...batch(0, 10, random)],
    [...batch(10, 20, random), ...batch(20, 30, { ...random, failed: 2 })],
    [...batch(20, 30, random), ...batch(30, 40, { ...random, failed: 3 }), ...batch(40, 50, random)],
  ];
  const store = new MemoryStore();
  for (const [sequence, lines] of objects.entries()) {
    await store.create(ledgerName('r', sequence), lines.map((one) => JSON.stringify(one)).join('\n'));
  }
  expect(await readResumePoint(store, 'r', 'random', 100, FEED_NAMES)).toEqual({ position: 30, sequence: 4 });
});

test('a new run starts at 0, beside other runs', async () => {
  const store = new MemoryStore();
  await store.create('sent/r-2/00000009.jsonl', JSON.stringify(line('pin', 0, 9)));
  for (const mode of ['all', 'random'] as const) {
    expect(await readResumePoint(store, 'r', mode, 100, FEED_NAMES)).toEqual({ position: 0, sequence: 0 });
  }
});

test('another seed or mode, and a broken line, are told', async () => {
  const store = new MemoryStore();
  await write(store, [batch(0, 5)]);
  await expect(readResumePoint(store, 'r', 'all', 101, FEED_NAMES)).rejects.toThrow(
    'The run r was made with mode all and seed 100, and cannot go on with mode all and seed 101.',
  );
  await expect(readResumePoint(store, 'r', 'random', 100, FEED_NAMES)).rejects.toThrow(
    /mode all and seed 100/,
  );
  await store.create(ledgerName('r', 1), '{"run":\n');
  await expect(readResumePoint(store, 'r', 'all', 100, FEED_NAMES)).rejects.toThrow(
    /ledger object sent\/r\/00000001\.jsonl holds a line that is no JSON/,
  );
});

import * as fc from 'fast-check';
import { ledgerName, type LedgerLine, type TopicLedgerLine } from '../../../../services/emulator/ledger';
import type { EmulatorMode } from '../../../../services/emulator/options';
import {
  firstUnsettled,
  readResumePoint,
  type RunIdentity,
} from '../../../../services/emulator/resume-point';
import { FEED_NAMES } from '../../../../services/contract';
import { batch, line, streamBatch } from './ledger-lines';
import { MemoryStore } from './ports';

const run = (mode: EmulatorMode): RunIdentity => ({ run: 'r', destination: 'topics', mode, seed: 100 });

async function put(store: MemoryStore, sequence: number, lines: readonly LedgerLine[]): Promise<void> {
  await store.create(ledgerName('r', sequence), `${lines.map((one) => JSON.stringify(one)).join('\n')}\n`);
}

test('the run continues at the first position that is not settled in every feed', () => {
  const resume = (lines: TopicLedgerLine[]): number => firstUnsettled(lines, FEED_NAMES);
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
  const resume = await readResumePoint(store, run('all'), FEED_NAMES);
  expect(resume).toEqual({ position: 2100, sequence: 2100 });
});

test('mode random finds the newest objects without listing the others', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(2000), { minLength: 1, maxLength: 40 }), async (sequences) => {
      const store = new MemoryStore();
      const last = Math.max(...sequences);
      for (const sequence of sequences) {
        const lines = batch(sequence * 10, sequence * 10 + 10, { mode: 'random' });
        await store.create(ledgerName('r', sequence), lines.map((one) => JSON.stringify(one)).join('\n'));
      }
      const resume = await readResumePoint(store, run('random'), FEED_NAMES);
      expect(resume).toEqual({ position: last * 10 + 10, sequence: last + 1 });
      expect(store.calls).toBeLessThan(80);
    }),
  );
  const highest = new MemoryStore();
  await highest.create(ledgerName('r', 99_999_999), JSON.stringify(line('pin', 0, 4, { mode: 'random' })));
  expect((await readResumePoint(highest, run('random'), FEED_NAMES)).position).toBe(4);
});

test('permanently refused records are not sent again, nor what follows them', () => {
  const resume = (lines: TopicLedgerLine[]): number => firstUnsettled(lines, FEED_NAMES);
  expect(resume([...batch(0, 5, { failed: 1, refused: 1 }), ...batch(5, 9)])).toBe(9);
  expect(resume([...batch(0, 5, { failed: 2, refused: 1 }), ...batch(5, 9)])).toBe(0);
  const again = [...batch(0, 5, { failed: 2, refused: 1 }), ...batch(0, 5, { failed: 1, refused: 1 })];
  expect(resume([...again, ...batch(5, 9)])).toBe(9);
});

/** Where mode random continues, given the objects' lines. */
async function resumeRandom(objects: readonly LedgerLine[][]): Promise<number> {
  const store = new MemoryStore();
  for (const [sequence, lines] of objects.entries()) await put(store, sequence, lines);
  const { position, sequence } = await readResumePoint(store, run('random'), FEED_NAMES);
  expect(sequence).toBe(objects.length);
  return position;
}

const random = { mode: 'random' as const };

test('mode random returns to failures that were not repaired since', async () => {
  const objects = [
    [...batch(0, 10, { ...random, failed: 1 })],
    [...batch(0, 10, random)],
    [...batch(10, 20, random), ...batch(20, 30, { ...random, failed: 2 })],
    [...batch(20, 30, random), ...batch(30, 40, { ...random, failed: 3 }), ...batch(40, 50, random)],
  ];
  expect(await resumeRandom(objects)).toBe(30);
});

test('mode random looks past objects without a failure, and continues at the end once repaired', async () => {
  const objects = [
    [...batch(0, 10, random), line('geo', 10, 20, { ...random, failed: 1 })],
    ...Array.from({ length: 50 }, (_, n) => batch(20 + 10 * n, 30 + 10 * n, random)),
  ];
  expect(await resumeRandom(objects)).toBe(10);
  // Sent again in batches of another size, by a call that ended before it was at the end.
  const again = [...batch(10, 16, random), ...batch(16, 22, random)];
  expect(await resumeRandom([...objects, again])).toBe(520);
});

test('mode random looks back over a limited number of objects', async () => {
  const lost = [line('pin', 0, 10, { ...random, failed: 1 })];
  const after = Array.from({ length: 100 }, (_, n) => batch(10 + 10 * n, 20 + 10 * n, random));
  expect(await resumeRandom([lost, ...after.slice(1)])).toBe(0);
  expect(await resumeRandom([lost, ...after])).toBe(1010);
});

test('mode random does not return to permanently refused records', async () => {
  const refused = batch(0, 10, { ...random, failed: 1, refused: 1 });
  expect(await resumeRandom([refused, batch(10, 20, random)])).toBe(20);
  const partly = batch(0, 10, { ...random, failed: 3, refused: 1 });
  expect(await resumeRandom([partly, batch(10, 20, random)])).toBe(0);
  expect(await resumeRandom([partly, batch(10, 20, random), refused])).toBe(20);
});

test('a new run starts at 0, next to other runs', async () => {
  const store = new MemoryStore();
  await store.create('sent/r-2/00000009.jsonl', JSON.stringify(line('pin', 0, 9)));
  for (const mode of ['all', 'random'] as const) {
    expect(await readResumePoint(store, run(mode), FEED_NAMES)).toEqual({ position: 0, sequence: 0 });
  }
});

test('another seed or mode, and a broken line, are reported', async () => {
  const store = new MemoryStore();
  await put(store, 0, batch(0, 5));
  await expect(readResumePoint(store, { ...run('all'), seed: 101 }, FEED_NAMES)).rejects.toThrow(
    'The run r was made with mode all and seed 100 and cannot continue with mode all and seed 101.',
  );
  await expect(readResumePoint(store, run('random'), FEED_NAMES)).rejects.toThrow(/mode all and seed 100/);
  await store.create(ledgerName('r', 1), '{"run":\n');
  await expect(readResumePoint(store, run('all'), FEED_NAMES)).rejects.toThrow(
    /ledger object sent\/r\/00000001\.jsonl has a line that is not JSON/,
  );
});

test.each(['all', 'random'] as const)('a run of mode %s stays with its destination', async (mode) => {
  const store = new MemoryStore();
  await put(store, 0, streamBatch(0, 5, ['1'], { mode }));
  const toStreams: RunIdentity = { ...run(mode), destination: 'streams' };
  expect(await readResumePoint(store, toStreams, FEED_NAMES)).toEqual({ position: 5, sequence: 1 });
  await expect(readResumePoint(store, run(mode), FEED_NAMES)).rejects.toThrow(
    'The run r was sent to the streams and cannot continue to the topics. Give the destination streams, or another run name.',
  );
  const topics = new MemoryStore();
  await put(topics, 0, batch(0, 5, { mode }));
  await expect(readResumePoint(topics, toStreams, FEED_NAMES)).rejects.toThrow(
    'The run r was sent to the topics and cannot continue to the streams.',
  );
});

import {
  ledgerName,
  type StreamLedgerLine,
  type TopicLedgerLine,
} from '../../../../services/emulator/ledger';
import { LedgerWriter } from '../../../../services/emulator/ledger-writer';
import { batch, streamBatch } from './ledger-lines';
import { JumpingClock, MemoryStore } from './ports';

async function write(store: MemoryStore, batches: TopicLedgerLine[][], sequence = 0): Promise<void> {
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

test('objects are written during the run: by number of lines, by age, and in a pause', async () => {
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
  writer.add(batch(300, 301));
  writer.flush();
  writer.flush();
  await new Promise(setImmediate);
  expect([...store.texts.keys()]).toHaveLength(3);
  await writer.close();
  expect(store.lines()).toHaveLength(609);
});

test('a name of another writer is not overwritten, the next is used', async () => {
  const store = new MemoryStore();
  await store.create(ledgerName('r', 0), 'other\n');
  await write(store, [batch(0, 5)]);
  expect(store.texts.get(ledgerName('r', 0))).toBe('other\n');
  expect(store.texts.has(ledgerName('r', 1))).toBe(true);
});

test('a write whose response was lost is not written twice', async () => {
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

test('while S3 is unavailable lines are kept, and written later', async () => {
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

test('objects are written before they grow large: lines of streams are long', async () => {
  const store = new MemoryStore();
  const writer = new LedgerWriter(store, 'r', 0, new JumpingClock());
  const sequences = Array.from({ length: 500 }, () => '4'.repeat(56));
  const line = streamBatch(0, 500, sequences)[0] as StreamLedgerLine;
  const fit = Math.ceil(4_000_000 / JSON.stringify(line).length);
  for (let n = 1; n < fit; n++) writer.add([line]);
  await new Promise(setImmediate);
  expect(store.texts.size).toBe(0);
  writer.add([line]);
  await new Promise(setImmediate);
  expect(store.lines()).toHaveLength(fit);
  writer.add([line]);
  await new Promise(setImmediate);
  expect(store.texts.size).toBe(1);
  await writer.close();
  expect(store.lines()).toHaveLength(fit + 1);
});

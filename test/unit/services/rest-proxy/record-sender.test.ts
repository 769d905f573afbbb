import type { Attempt, BatchProducer, LaneRecord } from '../../../../services/rest-proxy/lane';
import { partitionOfKey } from '../../../../services/rest-proxy/partitioner';
import { RecordSender } from '../../../../services/rest-proxy/record-sender';
import { TopicDirectory } from '../../../../services/rest-proxy/topic-directory';

const now = (): number => performance.now();
const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

function sender(
  attempt: (partition: number, records: readonly LaneRecord[]) => Promise<Attempt>,
  partitions: number | null | Error | (() => number) = 2,
  deliveryTimeoutMs = 60_000,
): RecordSender {
  const producer: BatchProducer = { attempt, close: () => Promise.resolve() };
  const directory = new TopicDirectory(
    {
      fetch: () =>
        partitions instanceof Error
          ? Promise.reject(partitions)
          : Promise.resolve(typeof partitions === 'function' ? partitions() : (partitions ?? undefined)),
      now,
      sleep,
    },
    { knownForMs: 1000, missingForMs: 100 },
  );
  return new RecordSender(
    { directory, createProducer: () => producer, now, sleep },
    {
      maxBatchBytes: 1000,
      maxBatchRecords: 10,
      maxProducerRecords: 1000,
      deliveryTimeoutMs,
      lanesPerTopic: 2,
      idleLaneMs: 60_000,
    },
  );
}

const record = (
  value: string,
  partition?: number,
  rowNumber?: number,
): { key: null; value: Buffer; partition: number | undefined; rowNumber: number | undefined } => ({
  key: null,
  value: Buffer.from(value),
  partition,
  rowNumber,
});

test('results come in the order of the records, whatever the partitions do', async () => {
  const sending = sender(async (partition) => {
    await sleep(partition === 0 ? 30 : 1);
    return partition === 0 ? { kind: 'stored', baseOffset: 10n } : { kind: 'refused', error: 'not allowed' };
  });
  const results = await sending.send('t', [record('a', 1), record('b', 0), record('c', 1), record('d', 0)]);
  expect(results).toEqual([
    { partition: 1, errorCode: 50002, error: 'not allowed' },
    { partition: 0, offset: 10n },
    { partition: 1, errorCode: 50002, error: 'not allowed' },
    { partition: 0, offset: 11n },
  ]);
  await sending.close();
});

test('at the time-out, records without a result get one; the others keep theirs', async () => {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const sending = sender(
    async (partition) => {
      if (partition === 0) await ended;
      return { kind: 'stored', baseOffset: 0n };
    },
    2,
    1000,
  );
  const results = await sending.send('t', [record('a', 0), record('b', 1), record('c', 0)]);
  const late = { partition: 0, errorCode: 50003, error: expect.stringContaining('within 1000 ms') as string };
  expect(results).toEqual([late, { partition: 1, offset: 0n }, late]);
  end();
  await sending.close();
});

test('nothing is sent when a partition or the topic does not exist, or no broker responds', async () => {
  const never = (): Promise<Attempt> => Promise.reject(new Error('was sent'));
  await expect(sender(never).send('t', [record('a'), record('b', 2)])).rejects.toMatchObject({
    status: 404,
    code: 40402,
  });
  await expect(sender(never, null).send('t', [record('a')])).rejects.toMatchObject({
    status: 404,
    code: 40401,
  });
  await expect(sender(never, new Error('refused'), 200).send('t', [record('a')])).rejects.toMatchObject({
    status: 503,
    code: 50003,
  });
});

describe('records with a row number', () => {
  const stored = (): Promise<Attempt> => Promise.resolve({ kind: 'stored', baseOffset: 0n });
  /** As Kafka's partitioner puts the keys 0 to 3 among two partitions. */
  const right = [0, 1, 2, 3].map((rowNumber) => partitionOfKey(Buffer.from(String(rowNumber)), 2));

  test('all go to the partition of the row number, with whatever key', async () => {
    const records = [0, 1, 2, 3].flatMap((rowNumber) => [
      record('a', undefined, rowNumber),
      { ...record('b', undefined, rowNumber), key: Buffer.from('"any"') },
      record('c', right[rowNumber], rowNumber),
    ]);
    const results = await sender(stored).send('x.geo', records);
    expect(results.map(({ partition }) => partition)).toEqual(right.flatMap((p) => [p, p, p]));
    expect(new Set(right).size).toBe(2);
  });

  test('another partition is refused with the right one, and nothing is sent', async () => {
    const never = (): Promise<Attempt> => Promise.reject(new Error('was sent'));
    const [, is = 0] = right;
    const sending = sender(never).send('x.geo', [record('a', undefined, 0), record('secret', 1 - is, 1)]);
    await expect(sending).rejects.toMatchObject({
      status: 422,
      code: 42204,
      message: `records[1] requests partition ${1 - is}: all rows of its post belong in partition ${is} of topic "x.geo", where the newest has the highest offset. Omit "partition" to have it chosen.`,
    });
  });

  test('a partition that is the right one since partitions were added is taken', async () => {
    // Of these row numbers the partition differs between two and three partitions.
    const rowNumber = [1, 2, 3, 4, 5, 6].find((n) => {
      const key = Buffer.from(String(n));
      return partitionOfKey(key, 3) < 2 && partitionOfKey(key, 2) !== partitionOfKey(key, 3);
    });
    const partition = partitionOfKey(Buffer.from(String(rowNumber)), 3);
    const counts = [2, 3];
    const sending = sender(stored, () => counts.shift() ?? 3);
    expect(await sending.send('x.geo', [record('a', partition, rowNumber)])).toEqual([
      { partition, offset: 0n },
    ]);
  });
});

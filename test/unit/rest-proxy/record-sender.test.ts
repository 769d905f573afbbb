import type { Attempt, BatchProducer, LaneRecord } from '../../../rest-proxy/lane';
import { RecordSender } from '../../../rest-proxy/record-sender';
import { TopicDirectory } from '../../../rest-proxy/topic-directory';

const now = (): number => performance.now();
const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

function sender(
  attempt: (partition: number, records: readonly LaneRecord[]) => Promise<Attempt>,
  partitions: number | null | Error = 2,
  deliveryTimeoutMs = 60_000,
): RecordSender {
  const producer: BatchProducer = { attempt, close: () => Promise.resolve() };
  const directory = new TopicDirectory(
    {
      fetch: () =>
        partitions instanceof Error ? Promise.reject(partitions) : Promise.resolve(partitions ?? undefined),
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
): { key: null; value: Buffer; partition: number | undefined } => ({
  key: null,
  value: Buffer.from(value),
  partition,
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

test('nothing is sent when a partition or the topic does not exist, or nobody can say', async () => {
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

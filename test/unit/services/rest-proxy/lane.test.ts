import fc from 'fast-check';
import {
  Lane,
  type Attempt,
  type BatchProducer,
  type LaneRecord,
  type RecordResult,
} from '../../../../services/rest-proxy/lane';

/** What a broker does with one attempt. `lost` stores the batch but loses the response. */
type Fate = 'store' | 'lost' | 'unsent' | 'broken' | 'refuse';

/**
 * A partition as a broker keeps it for idempotent producers that take their sequence number back after a failure, as
 * kafkajs does: a batch whose number the broker has seen from this producer is acknowledged and dropped.
 */
class Broker {
  readonly log: string[] = [];
  readonly lengths: number[] = [];
  producers = 0;
  busy = 0;

  constructor(private readonly fates: Fate[]) {}

  producer(): BatchProducer {
    this.producers += 1;
    const stored = new Map<number, number>();
    let sequence = 0;
    return {
      attempt: async (_partition, records): Promise<Attempt> => {
        this.busy += 1;
        expect(this.busy).toBe(1);
        await Promise.resolve();
        this.busy -= 1;
        const fate = this.fates.shift() ?? 'store';
        if (records.some(({ value }) => value?.toString() === 'bad'))
          return { kind: 'refused-record', error: 'too large', status: 413 };
        if (fate === 'unsent') return { kind: 'retry', error: 'refused', sent: false, topicMissing: false };
        if (fate === 'broken') return { kind: 'producer-broken', error: 'out of order', sent: false };
        if (fate === 'refuse') return { kind: 'refused', error: 'not allowed' };
        let base = stored.get(sequence);
        if (base === undefined) {
          base = this.log.length;
          stored.set(sequence, base);
          this.log.push(...records.map(({ value }) => String(value)));
          this.lengths.push(records.length);
        }
        if (fate === 'lost') return { kind: 'retry', error: 'closed', sent: true, topicMissing: false };
        sequence += records.length;
        return { kind: 'stored', baseOffset: BigInt(base) };
      },
      close: () => Promise.resolve(),
    };
  }
}

const LIMITS = { maxBatchBytes: 1000, maxBatchRecords: 4, maxProducerRecords: 2 ** 30 };

function setUp(broker: Broker, limits = LIMITS, exists = true): { lane: Lane; clock: { now: number } } {
  const clock = { now: 0 };
  const lane = new Lane(
    {
      createProducer: () => broker.producer(),
      topicExists: () => Promise.resolve(exists),
      now: () => clock.now,
      sleep: (milliseconds) => {
        clock.now += milliseconds;
        return Promise.resolve();
      },
    },
    limits,
  );
  return { lane, clock };
}

function records(values: readonly string[], results: RecordResult[], deadline = 10_000): LaneRecord[] {
  const first = results.length;
  results.push(...values.map(() => ({ errorCode: -1, error: 'no result' })));
  return values.map((value, index) => ({
    key: null,
    value: Buffer.from(value),
    deadline,
    settle: (result) => {
      results[first + index] = result;
    },
  }));
}

test('whatever fails, every acknowledged record is stored once, at its offset and in order', async () => {
  const fate = fc.constantFrom<Fate>('store', 'lost', 'unsent', 'broken', 'refuse');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fate, { maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 20, max: 3000 }),
      async (fates, requests, deadline) => {
        const broker = new Broker([...fates]);
        const { lane } = setUp(broker);
        const results: RecordResult[] = [];
        let n = 0;
        for (const size of requests)
          lane.add(
            0,
            records(
              Array.from({ length: size }, () => `r${n++}`),
              results,
              deadline,
            ),
          );
        await lane.close();
        let last = -1n;
        results.forEach((result, index) => {
          const copies = broker.log.filter((value) => value === `r${index}`).length;
          expect(copies).toBeLessThanOrEqual(1);
          if ('offset' in result) {
            expect(broker.log[Number(result.offset)]).toBe(`r${index}`);
            expect(result.offset).toBeGreaterThan(last);
            last = result.offset;
          } else expect(result.error).not.toBe('no result');
        });
      },
    ),
    { numRuns: 1000 },
  );
});

test('a bad record among good ones fails alone', async () => {
  const broker = new Broker([]);
  const { lane } = setUp(broker);
  const results: RecordResult[] = [];
  lane.add(0, records(['a', 'bad', 'b', 'c'], results));
  await lane.close();
  expect(results).toEqual([
    { offset: 0n },
    { errorCode: 50002, error: 'too large', status: 413 },
    { offset: 1n },
    { offset: 2n },
  ]);
  expect(broker.producers).toBe(1);
});

test('a batch abandoned after a lost response discards its producer', async () => {
  const broker = new Broker(Array<Fate>(100).fill('lost'));
  const { lane, clock } = setUp(broker);
  const results: RecordResult[] = [];
  lane.add(0, records(['a'], results, 300));
  await lane.close();
  expect(results).toEqual([{ errorCode: 50003, error: 'closed' }]);
  expect(clock.now).toBeLessThanOrEqual(300);
  expect(broker.log).toEqual(['a']);
});

test('bounds batches by records and bytes; a larger record goes alone', async () => {
  const broker = new Broker([]);
  const { lane } = setUp(broker);
  const results: RecordResult[] = [];
  lane.add(0, records(['a', 'b', 'c', 'd', 'e', 'x'.repeat(2000), 'f'], results));
  await lane.close();
  expect(broker.lengths).toEqual([4, 1, 1, 1]);
});

test('replaces a producer before its sequence numbers run out', async () => {
  const broker = new Broker([]);
  const { lane } = setUp(broker, { ...LIMITS, maxProducerRecords: 8 });
  const results: RecordResult[] = [];
  lane.add(
    0,
    records(
      Array.from({ length: 20 }, (_, i) => String(i)),
      results,
    ),
  );
  await lane.close();
  expect(broker.producers).toBe(3);
  expect(broker.log).toHaveLength(20);
});

test('records past their deadline are not sent', async () => {
  const broker = new Broker([]);
  const { lane, clock } = setUp(broker);
  clock.now = 500;
  const results: RecordResult[] = [];
  lane.add(0, [...records(['late'], results, 400), ...records(['early'], results, 900)]);
  await lane.close();
  expect(broker.log).toEqual(['early']);
  expect(results[0]).toEqual({ errorCode: 50003, error: 'Not sent: the deadline has passed.' });
});

test('a deleted topic is distinguished from an unavailable broker', async () => {
  const missing: BatchProducer = {
    attempt: () => Promise.resolve({ kind: 'retry', error: 'unknown', sent: true, topicMissing: true }),
    close: () => Promise.resolve(),
  };
  let now = 0;
  for (const [exists, code] of [
    [false, 40401],
    [true, 50003],
  ] as const) {
    now = 0;
    const lane = new Lane(
      {
        createProducer: () => missing,
        topicExists: () => Promise.resolve(exists),
        now: () => now,
        sleep: (milliseconds) => {
          now += milliseconds;
          return Promise.resolve();
        },
      },
      LIMITS,
    );
    const results: RecordResult[] = [];
    lane.add(0, records(['a'], results, 1000));
    await lane.close();
    expect(results).toMatchObject([{ errorCode: code }]);
  }
});

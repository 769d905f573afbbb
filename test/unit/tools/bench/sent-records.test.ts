import { SentRecords } from '../../../../tools/bench/sent-records';
import type { ApiResponse } from '../../../../services/emulator/api-client';
import { sendRecords } from '../../../../services/emulator/send';
import { streamDestination } from '../../../../services/emulator/stream-destination';

const STREAM = 'streaming-bench-pin';
const FAILED = { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'slow down' };
const stored = (shard: number, number: number): unknown => ({
  ShardId: `shardId-00000000000${shard}`,
  SequenceNumber: String(number),
});

type Answer = readonly unknown[] | 'failure' | 'lost';

/**
 * Sends records of the keys, batch after batch; each request is answered in turn after 5 ms, and tried again after 200 ms.
 * Returns shard, number and time of the records; the first request is at 1000.
 */
async function sent(batches: readonly (readonly number[])[], answers: readonly Answer[]): Promise<unknown> {
  let now = 1000;
  const left = [...answers];
  const records = new SentRecords(() => now);
  const api = records.watching({
    request: (): Promise<ApiResponse> => {
      now += 5;
      const answer = left.shift() ?? 'lost';
      if (answer === 'lost') return Promise.reject(new Error('socket hang up'));
      return Promise.resolve(
        answer === 'failure'
          ? { status: 500, body: 'Internal Server Error' }
          : { status: 200, body: JSON.stringify({ Records: answer }) },
      );
    },
    close: () => undefined,
  });
  const clock = {
    now: () => now,
    sleep: (milliseconds: number) => {
      now += milliseconds;
      return Promise.resolve();
    },
  };
  for (const keys of batches) {
    await sendRecords(
      api,
      streamDestination(STREAM),
      keys.map((key) => ({ key, value: `{"ind":${key}}` })),
      { attempts: 3, batchBytes: 500_000, random: () => 0, clock },
    );
  }
  expect(left).toEqual([]);
  return records
    .of(STREAM)
    .map(({ shard, number, sentAt }) => [Number(shard.at(-1)), Number(number), sentAt]);
}

test('the time is from before the request, not from its answer', async () => {
  expect(await sent([[1, 2], [3]], [[stored(0, 70), stored(1, 80)], [stored(0, 71)]])).toEqual([
    [0, 70, 1000],
    [1, 80, 1000],
    [0, 71, 1005],
  ]);
});

test.each(['failure', 'lost'] as const)(
  'after a %s records count from their first request',
  async (first) => {
    expect(await sent([[1]], [first, [stored(0, 90)]])).toEqual([[0, 90, 1000]]);
  },
);

test('a record of a request that failed alone counts from there', async () => {
  expect(await sent([[1, 2]], [[FAILED, stored(1, 80)], [stored(0, 90)]])).toEqual([
    [1, 80, 1000],
    [0, 90, 1000],
  ]);
});

test('a post that is sent again later counts from then', async () => {
  expect(await sent([[1], [1]], [[stored(0, 70)], [stored(0, 71)]])).toEqual([
    [0, 70, 1000],
    [0, 71, 1005],
  ]);
});

test('a post that is twice in one request is two records', async () => {
  expect(await sent([[1, 1]], [[stored(0, 70), stored(0, 71)]])).toEqual([
    [0, 70, 1000],
    [0, 71, 1000],
  ]);
});

test('what was never acknowledged is not there', async () => {
  expect(await sent([[1]], ['failure', 'failure', 'failure'])).toEqual([]);
});

import { PolledSource } from '../../../../tools/pipeline/polled-source';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a reading is used until the next is due', async () => {
  let count = 0;
  const source = new PolledSource(1000, () => Promise.resolve(++count));
  expect([await source.latest(500), await source.latest(500)]).toEqual([1, 1]);
  jest.advanceTimersByTime(1000);
  expect(await source.latest(500)).toBe(2);
});

test('a reading that takes long holds up no one, and its value comes later; a very late one is none', async () => {
  const resolves: ((value: number) => void)[] = [];
  const source = new PolledSource(0, () => new Promise<number>((resolve) => resolves.push(resolve)));
  const waited = source.latest(500);
  await jest.advanceTimersByTimeAsync(500);
  expect(await waited).toBeNull();
  resolves[0]?.(1);
  await jest.advanceTimersByTimeAsync(0);
  const next = source.latest(500);
  await jest.advanceTimersByTimeAsync(500);
  expect([await next, resolves.length]).toEqual([1, 2]);
  await jest.advanceTimersByTimeAsync(10_000);
  const stale = source.latest(500);
  await jest.advanceTimersByTimeAsync(500);
  expect([await stale, resolves.length]).toEqual([null, 2]);
});

test('a failure is null at once, and is tried again within seconds', async () => {
  const read = jest.fn<Promise<number>, []>().mockRejectedValueOnce(new Error('away')).mockResolvedValue(3);
  const source = new PolledSource(60_000, read);
  expect([await source.latest(500), await source.latest(500)]).toEqual([null, null]);
  expect(read).toHaveBeenCalledTimes(1);
  jest.advanceTimersByTime(5000);
  expect(await source.latest(500)).toBe(3);
});

import { TopicDirectory } from '../../../../services/rest-proxy/topic-directory';

function setUp(): {
  directory: TopicDirectory;
  state: { now: number; partitions: number | undefined | Error; asked: number };
} {
  const state: { now: number; partitions: number | undefined | Error; asked: number } = {
    now: 0,
    partitions: 3,
    asked: 0,
  };
  const directory = new TopicDirectory(
    {
      fetch: () => {
        state.asked += 1;
        const { partitions } = state;
        return partitions instanceof Error ? Promise.reject(partitions) : Promise.resolve(partitions);
      },
      now: () => state.now,
      sleep: (milliseconds) => {
        state.now += milliseconds;
        return Promise.resolve();
      },
    },
    { knownForMs: 5000, missingForMs: 500 },
  );
  return { directory, state };
}

test('asks once for requests of a short time, and notices new partitions after it', async () => {
  const { directory, state } = setUp();
  expect(await Promise.all([directory.partitions('a', 1000), directory.partitions('a', 1000)])).toEqual([
    3, 3,
  ]);
  state.partitions = 6;
  state.now = 4999;
  expect(await directory.partitions('a', 9000)).toBe(3);
  expect(state.asked).toBe(1);
  state.now = 5001;
  expect(await directory.partitions('a', 9000)).toBe(6);
});

test('notices soon that a missing topic was created', async () => {
  const { directory, state } = setUp();
  state.partitions = undefined;
  expect(await directory.partitions('a', 1000)).toBeUndefined();
  state.partitions = 1;
  expect(await directory.partitions('a', 1000)).toBeUndefined();
  state.now = 501;
  expect(await directory.partitions('a', 1000)).toBe(1);
});

test('while brokers are unavailable, uses the expired entry of an existing topic', async () => {
  const { directory, state } = setUp();
  await directory.partitions('a', 1000);
  state.now = 60_000;
  state.partitions = new Error('away');
  expect(await directory.partitions('a', 70_000)).toBe(3);
  expect(state.now).toBe(60_000);
});

test('while brokers are unavailable, asks for an unknown topic until the deadline', async () => {
  const { directory, state } = setUp();
  state.partitions = new Error('away');
  await expect(directory.partitions('a', 1000)).rejects.toThrow('away');
  expect(state.now).toBeLessThanOrEqual(1000);
  expect(state.asked).toBeGreaterThan(3);
});

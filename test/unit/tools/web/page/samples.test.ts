import { type FlowSample, STATIONS } from '../../../../../tools/pipeline/flow';
import { append, currentRate, ratePoints } from '../../../../../tools/web/page/samples';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 31) + second * 1000).toISOString();

/** A sample in which every station has this total. */
function sample(second: number, total: number | null): FlowSample {
  const station = { total, lag: null, newest: null };
  return {
    at: at(second),
    stations: Object.fromEntries(STATIONS.map((name) => [name, station])) as FlowSample['stations'],
    latency: { batch: null, stream: null },
    quarantined: null,
  };
}

describe('a buffer', () => {
  const fill = (seconds: readonly number[], keptMs: number): number[] =>
    seconds
      .reduce<readonly { at: string }[]>((buffer, second) => append(buffer, { at: at(second) }, keptMs), [])
      .map((item) => (Date.parse(item.at) - Date.UTC(2026, 0, 31)) / 1000);

  test('keeps what is young enough, and the newest of what is older', () => {
    expect(fill([0, 1, 2, 3, 4, 5, 6], 3000)).toEqual([2, 3, 4, 5, 6]);
  });

  test('keeps two items that are far apart', () => {
    expect(fill([0, 60, 120], 3000)).toEqual([60, 120]);
  });

  test('takes the same minute again after the connection broke', () => {
    expect(fill([0, 1, 2, 3, 1, 2, 3, 4], 60_000)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('the rate now', () => {
  test('is not known of less than two samples', () => {
    expect(currentRate([], 'topics')).toBeNull();
    expect(currentRate([sample(0, 5)], 'topics')).toBeNull();
  });

  test('is taken over ten seconds', () => {
    const samples = [sample(0, 0), sample(10, 1000), sample(15, 1000), sample(20, 1050)];
    expect(currentRate(samples, 'topics')).toBe(5);
  });

  test('is taken since the sample before when that is longer ago', () => {
    expect(currentRate([sample(0, 0), sample(60, 600)], 'topics')).toBe(10);
  });

  test.each([
    ['the total is not known', null],
    ['the total went back: the data was reset', 3],
  ])('is not known when %s', (_, total) => {
    expect(currentRate([sample(0, 5), sample(1, total)], 'topics')).toBeNull();
  });
});

test('the line has the rate from each sample to the next, and leaves out what is not known', () => {
  const samples = [sample(0, 0), sample(1, 10), sample(2, null), sample(3, 30), sample(5, 70)];
  expect(ratePoints(samples, 'topics')).toEqual([
    { ago: 4, rate: 10 },
    { ago: 0, rate: 20 },
  ]);
});

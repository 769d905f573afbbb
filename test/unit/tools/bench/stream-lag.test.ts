import { lagFigures, type LagSample } from '../../../../tools/bench/stream-lag';

/** A sample every two seconds for a minute. */
const samples = (of: (seconds: number) => number): LagSample[] =>
  Array.from({ length: 30 }, (_, index) => ({ seconds: 2 * index, records: of(2 * index) }));

const figures = (of: (seconds: number) => number): Record<string, number> =>
  Object.fromEntries(
    lagFigures('3000 records/s', samples(of), 60, 3000).map(({ name, value }) => [
      name.replace('3000 records/s: lag, ', ''),
      value,
    ]),
  );
const GROWTH = 'growth from the middle third to the last';

test('a lag that has come up and stays does not grow', () => {
  expect(figures((seconds) => Math.min(seconds, 10) * 100)).toEqual({
    'mean from 0 to 10 s': 400,
    'mean from 10 to 20 s': 1000,
    'mean from 20 to 30 s': 1000,
    'mean from 30 to 40 s': 1000,
    'mean from 40 to 50 s': 1000,
    'mean from 50 to 60 s': 1000,
    most: 1000,
    [GROWTH]: 0,
  });
});

test('a lag that grows does so by as many records a second', () => {
  expect(figures((seconds) => 500 + 50 * seconds)[GROWTH]).toBeCloseTo(50);
  expect(figures((seconds) => 5000 - 50 * seconds)[GROWTH]).toBeCloseTo(-50);
});

test('what counts as growing is a hundredth of what is sent', () => {
  expect(lagFigures('a', samples(Number), 60, 300).find(({ aim }) => aim !== undefined)).toMatchObject({
    name: `a: lag, ${GROWTH}`,
    aim: '< 3',
  });
});

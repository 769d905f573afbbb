import { section } from '../../../../tools/bench/report';
import { type Run, withRun } from '../../../../tools/bench/result';

const MACHINE = { cores: 2, memoryGiB: 24, node: 'v20.20.2', load: 2.4 };
const RATIO = {
  name: 'Spark / DuckDB',
  unit: 'times',
  ratioOf: { dividend: 'Spark', divisor: 'DuckDB' },
};

const run = (day: number, commit: string, figures: Run['figures']): Run => ({
  measured: `2026-11-${day}T20:41:40.918Z`,
  commit,
  machine: MACHINE,
  figures,
});
const seconds = (name: string, value: number): Run['figures'][number] => ({ name, value, unit: 's' });
const valuesOf = (runs: readonly Run[]): unknown =>
  runs.map(({ commit, figures }) => [
    commit,
    Object.fromEntries(figures.map(({ name, value }) => [name, value])),
  ]);

describe('withRun', () => {
  const first = run(23, 'aaa', [
    seconds('DuckDB', 10),
    seconds('Spark', 150),
    { ...RATIO, value: 15 },
    seconds('alone', 9),
  ]);

  test('figures that were not measured anew stay with the date, commit and machine of their run', () => {
    const runs = withRun([first], run(24, 'bbb', [seconds('alone', 8)]));
    expect(valuesOf(runs)).toEqual([
      ['bbb', { alone: 8 }],
      ['aaa', { DuckDB: 10, Spark: 150, 'Spark / DuckDB': 15 }],
    ]);
    expect(runs[1]).toEqual({ ...first, figures: first.figures.slice(0, 3) });
  });

  test.each(['DuckDB', 'Spark'])('a ratio goes when %s of its two figures is measured anew', (anew) => {
    const runs = withRun([first], run(24, 'bbb', [seconds(anew, 12)]));
    const other = anew === 'Spark' ? { DuckDB: 10 } : { Spark: 150 };
    expect(valuesOf(runs)).toEqual([
      ['bbb', { [anew]: 12 }],
      ['aaa', { ...other, alone: 9 }],
    ]);
  });

  test('a ratio of the new run stays, and takes the place of the old one', () => {
    const anew = [seconds('DuckDB', 20), seconds('Spark', 160), { ...RATIO, value: 8 }];
    expect(valuesOf(withRun([first], run(24, 'bbb', anew)))).toEqual([
      ['bbb', { DuckDB: 20, Spark: 160, 'Spark / DuckDB': 8 }],
      ['aaa', { alone: 9 }],
    ]);
  });

  test('a run of which nothing is left goes', () => {
    expect(valuesOf(withRun([first], run(24, 'bbb', first.figures)))).toEqual([
      ['bbb', { DuckDB: 10, Spark: 150, 'Spark / DuckDB': 15, alone: 9 }],
    ]);
  });

  test('the newest run is first, the others keep their order', () => {
    const second = withRun([first], run(24, 'bbb', [seconds('DuckDB', 12)]));
    expect(valuesOf(withRun(second, run(25, 'ccc', [seconds('alone', 7)])))).toEqual([
      ['ccc', { alone: 7 }],
      ['bbb', { DuckDB: 12 }],
      ['aaa', { Spark: 150 }],
    ]);
  });
});

test('the report shows figures of each run under its own date, commit and load', () => {
  const runs = [
    run(24, 'bbb', [seconds('DuckDB', 12.345)]),
    { ...run(23, 'aaa', [seconds('Spark', 1500)]), measured: '2026-11-23', machine: { ...MACHINE, load: 9 } },
  ];
  expect(section({ benchmark: 'batch', description: 'Both engines', runs }).split('\n')).toEqual([
    '## batch',
    '',
    'Both engines. Measured on 2026-11-24 at commit bbb: 2 cores, 24 GiB, Node v20.20.2, load 2.4 at the end.',
    '',
    '| figure | value | unit | aim |',
    '| --- | ---: | --- | --- |',
    '| DuckDB | 12.35 | s |  |',
    '',
    'From an earlier run. Measured on 2026-11-23 at commit aaa: 2 cores, 24 GiB, Node v20.20.2, load 9 at the end.',
    '',
    '| figure | value | unit | aim |',
    '| --- | ---: | --- | --- |',
    '| Spark | 1,500 | s |  |',
    '',
  ]);
});

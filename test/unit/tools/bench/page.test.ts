import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Run, withRun } from '../../../../tools/bench/benchmark';
import { page, section } from '../../../../tools/bench/page';

const PROJECT = join(__dirname, '../../../..');

const run = (size: number, commit: string, figures: Run['figures']): Run => ({
  size,
  measured: '2026-11-24',
  commit,
  machine: '2 cores',
  figures,
});

test('docs/benchmarks.md is made from the results: `npm run bench -- page`', () => {
  expect(readFileSync(join(PROJECT, 'docs/benchmarks.md'), 'utf8')).toBe(
    page(join(PROJECT, 'tools/bench/results')),
  );
});

test('a run replaces the one of its size', () => {
  const runs = withRun([run(10, 'aaa', []), run(30, 'bbb', [])], run(20, 'ccc', []));
  expect(runs.map(({ commit }) => commit)).toEqual(['aaa', 'ccc', 'bbb']);
  expect(withRun(runs, run(30, 'ddd', [])).map(({ commit }) => commit)).toEqual(['aaa', 'ccc', 'ddd']);
});

test('the page has a column for each size', () => {
  const runs = [
    run(1000, 'aaa', [{ name: 'batch', value: 12.345, unit: 's', aim: '< 20' }]),
    run(2000, 'bbb', [
      { name: 'batch', value: 1500, unit: 's' },
      { name: 'memory', value: 3, unit: 'MiB' },
    ]),
  ];
  expect(section({ benchmark: 'batch', description: 'An engine', unit: 'posts', runs })).toBe(
    [
      '## batch',
      '',
      'An engine.',
      '',
      '| posts | 1,000 | 2,000 |',
      '| --- | ---: | ---: |',
      '| batch | 12.35 s (< 20) | 1,500 s |',
      '| memory |  | 3 MiB |',
      '| measured | 2026-11-24 at aaa | 2026-11-24 at bbb |',
      '| on | 2 cores | 2 cores |',
      '',
    ].join('\n'),
  );
});

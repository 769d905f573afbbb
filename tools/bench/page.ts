/** `docs/benchmarks.md`, made from the results. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Result, Run } from './benchmark';

const HEAD = `# Benchmarks

Made by \`npm run bench\` from \`tools/bench/results/\`; do not edit. \`npm run bench -- batch 10000\` measures one size of one of
them. The machines are small and shared, so seconds vary by a third from run to run. Every server and its client share the cores
named. Aims are in brackets.
`;

const shown = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 4 });

function cell({ figures }: Run, wanted: string): string {
  const { value, unit, aim } = figures.find(({ name }) => name === wanted) ?? {};
  if (value === undefined) return '';
  return [shown(value), unit, aim === undefined ? undefined : `(${aim})`].filter(Boolean).join(' ');
}

/** A benchmark's part of the page, Markdown: a table with a column for each size. */
export function section({ benchmark, description, unit, runs }: Result): string {
  const row = (title: string, of: (run: Run) => string): string =>
    `| ${[title, ...runs.map(of)].join(' | ')} |`;
  const names = new Set(runs.flatMap(({ figures }) => figures.map(({ name }) => name)));
  return [
    `## ${benchmark}\n\n${description}.\n`,
    row(unit, ({ size }) => shown(size)),
    row('---', () => '---:'),
    ...Array.from(names, (name) => row(name, (run) => cell(run, name))),
    row('measured', ({ measured, commit }) => `${measured} at ${commit}`),
    row('on', ({ machine }) => machine),
    '',
  ].join('\n');
}

/** The page over all results of a folder. */
export function page(folder: string): string {
  const results = readdirSync(folder)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Result);
  return [HEAD, ...results.map(section)].join('\n');
}

/** `docs/benchmarks.md`, made from the results of the benchmarks. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result, Run } from './result';

const HEAD = `# Benchmarks

Made by \`npm run bench\` from \`tools/bench/results/\`; do not edit. \`npm run bench -- batch\` runs one of them. The machines are
small and shared, so seconds vary by a third from run to run; ratios taken in one run are steadier, and there are none over two
runs. Every server and its client share the cores named. Where a part was measured anew, each run has a table of its own.
`;

const round = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Math.round(value * 100) / 100);

function measured({ measured: at, commit, machine }: Run): string {
  const load = machine.load === undefined ? '' : `, load ${machine.load} at the end`;
  return `Measured on ${at.slice(0, 10)} at commit ${commit}: ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}${load}.`;
}

const table = (run: Run): string[] => [
  '| figure | value | unit | aim |',
  '| --- | ---: | --- | --- |',
  ...run.figures.map(
    ({ name, value, unit, aim }) => `| ${name} | ${round(value)} | ${unit} | ${aim ?? ''} |`,
  ),
  '',
];

/** A benchmark's part of the report, Markdown: a table for each run, the newest first. */
export function section({ benchmark, description, runs }: Result): string {
  return [
    `## ${benchmark}`,
    '',
    ...runs.flatMap((run, index) => [
      `${index === 0 ? description : 'From an earlier run'}. ${measured(run)}`,
      '',
      ...table(run),
    ]),
  ].join('\n');
}

/** Writes the report over all results there are. */
export async function writeReport(resultsFolder: string, file: string): Promise<void> {
  const results = readdirSync(resultsFolder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(resultsFolder, name), 'utf8')) as Result);
  // Here, as Jest, which tests the rest of this file, cannot load it.
  const { format } = await import('prettier');
  const text = [HEAD, ...results.map(section)].join('\n');
  writeFileSync(file, await format(text, { parser: 'markdown', printWidth: 110, singleQuote: true }));
}

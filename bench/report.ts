/** `docs/benchmarks.md`, made from the results of the benchmarks. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import type { Figure } from './benchmark';

/** What a benchmark's run left in `bench/results/<name>.json`. */
export interface Result {
  readonly benchmark: string;
  readonly description: string;
  /** ISO 8601, UTC. */
  readonly measured: string;
  readonly commit: string;
  readonly machine: {
    readonly cores: number;
    readonly memoryGiB: number;
    readonly node: string;
    /** Processes that ran or wanted to, over the last minute: above the number of cores, others were at work. */
    readonly load?: number;
  };
  readonly figures: readonly Figure[];
}

const HEAD = `# Benchmarks

Made by \`npm run bench\` from \`bench/results/\`; do not edit. \`npm run bench -- batch\` runs one of them. The machines are
small and shared, so seconds vary by a third from run to run; ratios taken in one run are steadier. Every server and its
client share the cores named.
`;

const round = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Math.round(value * 100) / 100);

function section({ benchmark, description, measured, commit, machine, figures }: Result): string {
  const rows = figures.map(
    ({ name, value, unit, aim }) => `| ${name} | ${round(value)} | ${unit} | ${aim ?? ''} |`,
  );
  return [
    `## ${benchmark}`,
    '',
    `${description}. Measured on ${measured.slice(0, 10)} at commit ${commit}: ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}${machine.load === undefined ? '' : `, load ${machine.load} at the end`}.`,
    '',
    '| figure | value | unit | aim |',
    '| --- | ---: | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** Writes the report over all results there are. */
export async function writeReport(resultsFolder: string, file: string): Promise<void> {
  const results = readdirSync(resultsFolder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(resultsFolder, name), 'utf8')) as Result);
  const text = [HEAD, ...results.map(section)].join('\n');
  writeFileSync(file, await format(text, { parser: 'markdown', printWidth: 110, singleQuote: true }));
}

/**
 * `npm run bench`: runs the benchmarks and writes their figures to `tools/bench/results/<name>.json` and, over all of them,
 * `docs/benchmarks.md`.
 *
 * `npm run bench -- batch` runs one, `npm run bench -- batch 10000` with arguments. A benchmark is a file of this folder
 * that exports `benchmark`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join, parse } from 'node:path';
import { textTable } from '../cli/text-table';
import { requireUsablePaths } from '../local-run/paths';
import { childEnvironment, exemptLoopback } from '../processes/environment';
import type { Benchmark } from './benchmark';
import { writeReport } from './report';
import { type Result, type Run, withRun } from './result';

const NOT_BENCHMARKS = new Set([
  'run',
  'benchmark',
  'report',
  'result',
  'support',
  'raw-files',
  'spark-batch',
  'file-sizes',
  'sent-records',
  'stream-commits',
  'stream-lag',
  'stream-load',
]);

const names = readdirSync(__dirname)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => parse(file).name)
  .filter((name) => !NOT_BENCHMARKS.has(name));

async function load(name: string): Promise<Benchmark> {
  const module = (await import(join(__dirname, `${name}.ts`))) as { benchmark?: Benchmark };
  if (!module.benchmark) throw new Error(`tools/bench/${name}.ts does not export "benchmark".`);
  return module.benchmark;
}

/** The runs that a file tells of; none when there is no file. */
function runsOf(file: string): readonly Run[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result).runs : [];
}

async function main(): Promise<number> {
  const [chosen, ...args] = process.argv.slice(2);
  if (chosen !== undefined && !names.includes(chosen)) {
    console.error(`There is no benchmark ${JSON.stringify(chosen)}. There are ${names.join(', ')}.`);
    return 2;
  }
  exemptLoopback();
  requireUsablePaths();
  const results = join(__dirname, 'results');
  mkdirSync(results, { recursive: true });
  for (const name of chosen === undefined ? names : [chosen]) {
    const benchmark = await load(name);
    console.log(`\n${name}: ${benchmark.description}\n`);
    // Before the run: a commit that is made meanwhile is not what is measured.
    const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: __dirname,
      env: childEnvironment('person'),
      encoding: 'utf8',
    }).trim();
    const figures = await benchmark.run(args);
    console.log(
      textTable(
        ['figure', 'value', 'unit', 'aim'],
        figures.map((f) => [f.name, Math.round(f.value * 100) / 100, f.unit, f.aim ?? '']),
      ),
    );
    const file = join(results, `${name}.json`);
    const run: Run = {
      measured: new Date().toISOString(),
      commit,
      machine: {
        cores: cpus().length,
        memoryGiB: Math.round(totalmem() / 2 ** 30),
        node: process.version,
        load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
      },
      figures,
    };
    const result: Result = {
      benchmark: name,
      description: benchmark.description,
      // With arguments a part may have been measured: the figures that it does not have stay, as those of their runs.
      runs: args.length > 0 ? withRun(runsOf(file), run) : [run],
    };
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  }
  await writeReport(results, join(__dirname, '..', '..', 'docs', 'benchmarks.md'));
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    // A wrong option is the caller's mistake, of which a stack says nothing.
    const isUsage =
      error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    console.error(isUsage ? error.message : error);
    process.exitCode = isUsage ? 2 : 1;
  },
);

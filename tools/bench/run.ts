/**
 * `npm run bench`: runs the benchmarks, writes their figures to `tools/bench/results/<name>.json` and makes
 * `docs/benchmarks.md` from all of them.
 *
 * `npm run bench -- batch` runs one, `npm run bench -- batch 10000 100000` sizes of it, `npm run bench -- page` none.
 * `npm run bench -- rest-proxy --check` writes nothing and fails when a ratio is worse than the stored one by more than 15 %.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { textTable } from '../text-table';
import { PROJECT_ROOT, requireUsablePaths } from '../local-run/paths';
import { exemptLoopback } from '../processes/environment';
import { runCommand } from '../processes/run-command';
import { type Benchmark, type BenchmarkOptions, type Result, fallen, withRun } from './benchmark';
import { page } from './page';

/** Those that are run only when they are named: they take long. */
const NAMED = ['live-page', 'rest-proxy-soak'];
const NAMES = ['batch', 'rest-proxy', 'sink', 'start', 'stream', 'stream-append'];
const RESULTS = join(__dirname, 'results');

/** Cores, memory, Node.js and load. */
function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores, ${memory} GiB, Node ${process.version}, load ${(loadavg()[0] ?? 0).toFixed(1)}`;
}

/** Runs a benchmark. @returns what has fallen against the stored run, when that is checked. */
async function measure(
  name: string,
  sizes: readonly number[],
  options: BenchmarkOptions,
  check: boolean,
): Promise<string[]> {
  const { benchmark } = (await import(join(__dirname, `${name}.ts`))) as { benchmark: Benchmark };
  const { description, unit } = benchmark;
  const stored = options.against === undefined ? name : `${name}-against`;
  const file = join(RESULTS, `${stored}.json`);
  const worse: string[] = [];
  for (const size of sizes.length > 0 ? sizes : benchmark.sizes) {
    console.log(`\n${name}, ${size} ${unit}: ${description}\n`);
    // Before the run: a commit that is made meanwhile is not what is measured.
    const commit = (await runCommand('git', ['rev-parse', '--short', 'HEAD'], { cwd: __dirname })).trim();
    const figures = (await benchmark.run(size, options)).map((figure) => ({
      ...figure,
      value: Number(figure.value.toPrecision(4)),
    }));
    console.log(
      textTable(
        ['figure', 'value', 'unit', 'aim'],
        figures.map((f) => [f.name, f.value, f.unit, f.aim ?? '']),
      ),
    );
    const runs = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result).runs : [];
    if (check) {
      worse.push(...fallen(runs.find((run) => run.size === size)?.figures ?? [], figures));
      continue;
    }
    const measured = new Date().toISOString().slice(0, 10);
    const result: Result = {
      benchmark: stored,
      description,
      unit,
      runs: withRun(runs, { size, measured, commit, machine: machine(), figures }),
    };
    // A figure a line.
    const text = JSON.stringify(result, null, 2).replaceAll(/\{\s+"name"[^}]*\}/g, (figure) =>
      figure.replaceAll(/\s*\n\s*/g, ' '),
    );
    writeFileSync(file, `${text}\n`);
  }
  return worse;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      check: { type: 'boolean', default: false },
      against: { type: 'string' },
      'against-pid': { type: 'string' },
      'bootstrap-servers': { type: 'string' },
      'proxy-args': { type: 'string' },
    },
  });
  const [chosen, ...args] = positionals;
  if (chosen !== undefined && chosen !== 'page' && ![...NAMES, ...NAMED].includes(chosen)) {
    console.error(
      `There is no benchmark "${chosen}": expected one of ${[...NAMES, ...NAMED].join(', ')}, or page.`,
    );
    return 2;
  }
  const sizes = args.map(Number);
  if (!sizes.every((size) => Number.isSafeInteger(size) && size > 0)) {
    console.error(`The sizes are "${args.join(' ')}": expected whole numbers of at least 1, such as 10000.`);
    return 2;
  }
  const { against, 'against-pid': againstPid, 'bootstrap-servers': bootstrapServers } = values;
  if (against !== undefined && bootstrapServers === undefined) {
    console.error(
      '--against needs --bootstrap-servers, the Kafka of the other proxy, so that both share it.',
    );
    return 2;
  }
  const options = {
    ...{ against, bootstrapServers, proxyArgs: values['proxy-args'] },
    againstPid: againstPid === undefined ? undefined : Number(againstPid),
  };
  exemptLoopback();
  requireUsablePaths();
  const worse: string[] = [];
  if (chosen !== 'page')
    for (const name of chosen === undefined ? NAMES : [chosen])
      worse.push(...(await measure(name, sizes, options, values.check)));
  if (worse.length > 0) console.error(`\nWorse than stored:\n${worse.join('\n')}`);
  if (values.check) return worse.length > 0 ? 1 : 0;
  writeFileSync(join(PROJECT_ROOT, 'docs', 'benchmarks.md'), page(RESULTS));
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);

/**
 * `npm test`: installs what the tests need, runs every suite and every check, and sums them up.
 *
 * Suites: `checks` (linters, formatters, type checkers), `unit`, `python`, `java`, `integration`, `end-to-end`.
 * `npm test -- unit python` runs just those; `unit` by itself needs Node alone. `npm test -- unit -u` renews the snapshots of
 * the templates. A suite that cannot run at all counts as one failed test. The last line is `N passed, N failed`.
 *
 * Two suites run at a time: those that start the real parts mostly wait for them. Each line is led by the name of its suite.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type SpawnOptions, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { allChecks } from '../tools/checks';
import { SPARK_PARTS, ensureParts, installedParts } from '../tools/local-run/install';
import { pythonExecutable, requireUsablePaths } from '../tools/local-run/paths';
import { childEnvironment, exemptLoopback } from '../tools/processes/environment';

const PROJECT = join(__dirname, '..');
/** The folder of the suites' reports, while they run. */
let reports: string;

interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** What the suites get: as installers, because they install, and where the parts are. */
function testEnvironment(additions: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PIPELINE_LOCAL_DIR } = process.env;
  return childEnvironment('installer', {
    ...(PIPELINE_LOCAL_DIR === undefined ? {} : { PIPELINE_LOCAL_DIR }),
    ...additions,
  });
}

/** The name of the suite that runs. */
const suiteName = new AsyncLocalStorage<string>();

/** Writes a line of the suite that runs. */
function say(line: string): void {
  console.log(`${(suiteName.getStore() ?? '').padEnd(11)} | ${line}`);
}

/** Runs a command, passes on what it writes, line by line, and returns its exit code. */
function run(
  command: string,
  args: readonly string[],
  options: Omit<SpawnOptions, 'stdio'> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: PROJECT,
      env: testEnvironment(),
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', say);
    child.on('error', reject);
    child.on('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

/** A module of the environment that has Spark, run on the batch on Spark. */
function sparkPython(...args: string[]): Promise<number> {
  const { python: program, jars, extensionJar } = installedParts().spark;
  return run(program, args, {
    cwd: join(PROJECT, 'engines', 'spark-batch'),
    env: testEnvironment({ SPARK_BATCH_JARS: [jars, extensionJar].join(delimiter) }),
  });
}

const bin = (name: string): string => join(PROJECT, 'node_modules', '.bin', name);
const python = (...args: string[]): Promise<number> =>
  run(pythonExecutable(), args, { cwd: join(PROJECT, 'engines', 'table-engine') });

/** Every check of `tools/checks.ts` is one test: it passes or it fails. */
async function checks(): Promise<Count> {
  // Of Java the suite `java` runs them.
  const commands = allChecks().filter(({ language }) => language !== 'java');
  let failed = 0;
  for (const { name, check, cwd } of commands) {
    const [program, ...args] = check;
    const code = await run(program, args, { cwd });
    say(`${code === 0 ? 'passed' : 'FAILED'}: ${name}`);
    if (code !== 0) failed += 1;
  }
  return { passed: commands.length - failed, failed };
}

/** Renews the snapshots (see CONTRIBUTING.md) instead of comparing with them. */
const RENEW = '-u';

/** A jest project; see `jest.config.mjs`. */
async function jest(project: string, isRenewing = false): Promise<Count> {
  const report = join(reports, `${project}.json`);
  const inBand = project === 'unit' ? [] : ['--runInBand'];
  const code = await run(bin('jest'), [
    '--selectProjects',
    project,
    ...inBand,
    isRenewing ? RENEW : '--ci',
    '--passWithNoTests',
    '--json',
    `--outputFile=${report}`,
  ]);
  const result = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    numRuntimeErrorTestSuites: number;
  };
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return { passed: result.numPassedTests, failed: code !== 0 && failed === 0 ? 1 : failed };
}

/** Sums the `<testsuite>` elements of JUnit reports. */
function countJunit(files: readonly string[], code: number): Count {
  let tests = 0;
  let failed = 0;
  for (const file of files) {
    for (const [suite] of readFileSync(file, 'utf8').matchAll(/<testsuite\s[^>]*>/g)) {
      const attribute = (name: string): number =>
        Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
      tests += attribute('tests') - attribute('skipped');
      failed += attribute('failures') + attribute('errors');
    }
  }
  return { passed: Math.max(0, tests - failed), failed: code !== 0 && failed === 0 ? 1 : failed };
}

/** Runs the tests of a folder. */
async function pytest(runner: typeof python, folder: string): Promise<Count> {
  const report = join(mkdtempSync(join(reports, 'pytest-')), 'report.xml');
  const code = await runner('-m', 'pytest', '-q', `--junitxml=${report}`, folder);
  return countJunit([report], code);
}

/** The table engine's tests, those of the hooks into the local AWS, which want a process of their own, and Spark's. */
async function pytests(): Promise<Count> {
  return sum([
    await pytest(python, 'tests'),
    await pytest(python, '../../tools/local-run/ministack/tests'),
    await pytest(sparkPython, 'spark_tests'),
  ]);
}

/** Adds counts up. */
function sum(counts: readonly Count[]): Count {
  const total = (key: keyof Count): number => counts.reduce((all, count) => all + count[key], 0);
  return { passed: total('passed'), failed: total('failed') };
}

/** The Java modules: tests and the formatter's check. */
async function maven(): Promise<Count> {
  const counts: Count[] = [];
  for (const name of ['s3-sink-connector', 'spark-extension']) {
    const module = join(PROJECT, 'engines', name);
    const code = await run('mvn', ['-q', '-B', 'verify'], { cwd: module });
    const folder = join(module, 'target', 'surefire-reports');
    const files = readdirSync(folder).filter((file) => /^TEST-.*\.xml$/.test(file));
    counts.push(
      countJunit(
        files.map((file) => join(folder, file)),
        code,
      ),
    );
  }
  return sum(counts);
}

const SUITES: Readonly<Record<string, () => Promise<Count>>> = {
  checks,
  unit: () => jest('unit', process.argv.includes(RENEW)),
  python: pytests,
  java: maven,
  integration: () => jest('integration'),
  'end-to-end': () => jest('end-to-end'),
};

/** The suites that start the real parts run one after the other beside the others: two brokers at a time are enough. */
const LANES: readonly (readonly string[])[] = [
  ['integration', 'end-to-end'],
  ['checks', 'unit', 'python', 'java'],
];

/** Runs a suite. @returns its count and how long it took, in seconds. */
async function runSuite(name: string): Promise<[name: string, count: Count, seconds: number]> {
  const start = Date.now();
  const count = await suiteName
    .run(name, async () => {
      say('begins');
      return SUITES[name]?.();
    })
    .catch((error: unknown) => {
      console.error(error);
      return undefined;
    });
  return [name, count ?? { passed: 0, failed: 1 }, (Date.now() - start) / 1000];
}

async function main(): Promise<number> {
  const chosen = process.argv.slice(2).filter((name) => name !== RENEW);
  if (process.argv.includes(RENEW) && chosen.join() !== 'unit') {
    console.error(
      `Only the suite unit has snapshots, but "${RENEW}" is given with: ${chosen.join(', ') || 'all'}. Run "npm test -- unit ${RENEW}".`,
    );
    return 2;
  }
  const unknown = chosen.filter((name) => !(name in SUITES));
  if (unknown.length > 0) {
    console.error(`Unknown suites: ${unknown.join(', ')}. There are ${Object.keys(SUITES).join(', ')}.`);
    return 2;
  }
  requireUsablePaths();
  exemptLoopback();
  reports = mkdtempSync(join(tmpdir(), 'pipeline-tests-'));
  if (chosen.join() !== 'unit') {
    await ensureParts(console.log);
    await ensureParts(console.log, { only: SPARK_PARTS });
  }
  const lanes = LANES.map(async (lane) => {
    const results: Awaited<ReturnType<typeof runSuite>>[] = [];
    for (const name of lane)
      if (chosen.length === 0 || chosen.includes(name)) results.push(await runSuite(name));
    return results;
  });
  const counts = (await Promise.all(lanes)).flat();
  rmSync(reports, { recursive: true, force: true });
  console.log('');
  for (const [name, { passed, failed }, seconds] of counts) {
    console.log(`${name}: ${passed} of ${passed + failed} passed in ${seconds.toFixed(0)} s`);
  }
  const { passed, failed } = sum(counts.map(([, count]) => count));
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    console.log('0 passed, 1 failed');
    process.exitCode = 1;
  },
);

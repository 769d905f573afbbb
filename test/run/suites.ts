/** The suites of `npm test`: how each is run and counted, and what must be installed before. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { allChecks, type Check, type Language } from '../../tools/checks';
import { installedParts } from '../../tools/local-run/install';
import { PROJECT_ROOT, pythonExecutable } from '../../tools/local-run/paths';
import { run, say, suiteEnvironment } from './command';
import { countJest, countJunit, sum, type Count } from './count';

/** Renews the snapshots of the templates (CONTRIBUTING.md) instead of comparing with them. */
export const RENEW = '-u';

/** What a suite needs besides what `npm ci` installs: the parts of a local run, and those of Spark or a browser as well. */
export type Need = 'nothing' | 'parts' | 'spark' | 'browser';

/** A suite. */
export interface Suite {
  readonly need: Need;
  /** It computes and hardly waits: it can run beside the others on what they leave of the processors. */
  readonly isSpare?: boolean;
  run(): Promise<Count>;
}

const engine = (name: string): string => join(PROJECT_ROOT, 'engines', name);

/** Runs something that writes reports into a folder, which is removed afterwards. */
async function withReports<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-tests-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Jest projects; see `jest.config.mjs`. */
function jest(projects: readonly string[], need: Need, ...options: readonly string[]): Suite {
  const renew = projects.includes('unit') && process.argv.includes(RENEW) ? RENEW : '--ci';
  return {
    need,
    run: () =>
      withReports(async (folder) => {
        const report = join(folder, 'report.json');
        const args = ['--selectProjects', ...projects, renew, ...options, '--json', `--outputFile=${report}`];
        return countJest(report, await run(join(PROJECT_ROOT, 'node_modules', '.bin', 'jest'), args));
      }),
  };
}

/** Runs pytest with these arguments. */
function pytest(python: string, cwd: string, env: Record<string, string>, ...args: string[]): Promise<Count> {
  return withReports(async (folder) => {
    const report = join(folder, 'report.xml');
    const code = await run(python, ['-m', 'pytest', `--junitxml=${report}`, ...args], { cwd, env });
    return countJunit([report], code);
  });
}

/**
 * The table engine's tests, and those of the hooks into the local AWS, which need a process of their own. The tests of
 * faults mostly wait for processes that they kill: they run next to the others.
 */
async function tableEngine(): Promise<Count> {
  const faults = readdirSync(join(engine('table-engine'), 'tests'))
    .filter((name) => name.endsWith('_faults.py'))
    .map((name) => join('tests', name));
  const tests = (...args: string[]): Promise<Count> =>
    pytest(pythonExecutable(), engine('table-engine'), suiteEnvironment(), ...args);
  const others = ['tests', ...faults.map((file) => `--ignore=${file}`)];
  const hooks = '../../tools/local-run/ministack/tests';
  return sum(
    await Promise.all([tests(...faults), tests(...others).then(async (c) => sum([c, await tests(hooks)]))]),
  );
}

/** The tests of the batch on Spark. */
function spark(): Promise<Count> {
  const { python, jars, extensionJar } = installedParts().spark;
  const env = suiteEnvironment({ SPARK_BATCH_JARS: [jars, extensionJar].join(delimiter) });
  return pytest(python, engine('spark-batch'), env, 'spark_tests');
}

/**
 * The Java modules: compiled without warnings, the connector's tests (Spark's suite tests the extension), the format; and
 * that the connector's zip, which MSK Connect and the local run load, is the same bytes wherever it is built.
 */
async function java(): Promise<Count> {
  const verify = (module: string): Promise<number> =>
    run('mvn', ['-q', '-B', 'verify'], { cwd: engine(module) });
  const code = await verify('s3-sink-connector');
  const target = join(engine('s3-sink-connector'), 'target');
  const filesIn = (folder: string, pattern: RegExp): string[] =>
    readdirSync(folder)
      .filter((name) => pattern.test(name))
      .map((name) => join(folder, name));
  const reports = filesIn(join(target, 'surefire-reports'), /^TEST-.*\.xml$/);
  const installed = readFileSync(installedParts().connectorZip);
  const zips = filesIn(target, /\.zip$/).map((file) => readFileSync(file));
  return sum([
    countJunit(reports, code),
    countOne(
      'another build gives the same zip',
      zips.some((zip) => zip.equals(installed)),
    ),
    countOne('the extension is verified', (await verify('spark-extension')) === 0),
  ]);
}

/** A test of this file's own. */
function countOne(name: string, hasPassed: boolean): Count {
  say(`${hasPassed ? 'passed' : 'FAILED'}: ${name}`);
  return hasPassed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, failures: [name] };
}

/** Every check of `tools/checks.ts` is one test. Those of a language run one after another, the languages at once. */
async function checks(): Promise<Count> {
  const counts: Count[] = [];
  const check = async ({ name, check: [program, ...args], cwd }: Check): Promise<void> => {
    counts.push(countOne(name, (await run(program, args, { cwd })) === 0));
  };
  // Java's are in the suite `java`.
  const languages: readonly Language[] = ['node', 'python', 'spark'];
  await Promise.all(
    languages.map(async (one) => {
      for (const each of allChecks().filter(({ language }) => language === one)) await check(each);
    }),
  );
  return sum(counts);
}

/** The integration tests of the suite `starts`, by how their files' names begin. */
const STARTS = 'local-run|interrupted';

/**
 * All suites, in the order in which they begin: first those that need nothing, while parts are installed; then the
 * longest, so that no core is idle at the end.
 */
export const SUITES: Readonly<Record<string, Suite>> = {
  unit: { ...jest(['unit'], 'nothing'), isSpare: true },
  process: jest(['process'], 'nothing'),
  integration: jest(
    ['integration-shared', 'integration'],
    'parts',
    '--runInBand',
    `integration/(?!${STARTS})`,
  ),
  starts: jest(['integration'], 'parts', '--runInBand', `integration/(${STARTS})`),
  browser: jest(['browser'], 'browser', '--runInBand'),
  'end-to-end': jest(['end-to-end'], 'parts', '--runInBand', 'end-to-end/(pipeline|chaos)'),
  faults: jest(['end-to-end'], 'parts', '--runInBand', 'end-to-end/faults'),
  python: { isSpare: true, need: 'parts', run: tableEngine },
  spark: { isSpare: true, need: 'spark', run: spark },
  checks: { isSpare: true, need: 'spark', run: checks },
  java: { isSpare: true, need: 'spark', run: java }, // After all that Maven installs: its repository is not made for two writers.
};

/**
 * The lanes in which suites run, one after another in each, all at the same time; the niceness of each. Those of niceness
 * 0 take the suites that mostly wait for processes first; the others take only spare suites. Two keep two cores busy for
 * 84 % of the time. A third of the same priority made the whole longer, and single tests several times slower.
 */
export const LANES: readonly number[] = [0, 0, 10];

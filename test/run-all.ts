/**
 * `npm test`: installs what the tests need, runs every suite (`run/suites.ts`), and sums them up. The first suites run
 * while what the others need is being installed.
 *
 * `npm test -- unit python` runs just those; what needs Node alone installs nothing. `npm test -- unit -u` renews the
 * snapshots of the templates. `--exhaustive` (`npm run test:exhaustive`) makes sweeps whole that are a sample otherwise,
 * by TESTS_SEED, which is drawn unless it is set. Each line is led by the name of its suite; at the end are
 * the tests that failed, and the last line is `N passed, N failed`.
 */
import { randomInt } from 'node:crypto';
import { SPARK_PARTS, ensureParts } from '../tools/local-run/install';
import { requireUsablePaths } from '../tools/local-run/paths';
import { exemptLoopback } from '../tools/processes/environment';
import { ensureChromium } from './run/chromium';
import { runningSuite, say } from './run/command';
import { sum, type Count } from './run/count';
import { LANES, RENEW, SUITES, type Need } from './run/suites';

const EXHAUSTIVE = '--exhaustive';

/** A suite that is over. */
interface Result {
  readonly name: string;
  readonly count: Count;
  readonly seconds: number;
}

/** Installs what the suites need. @returns what is settled when a need is met. */
function install(needs: ReadonlySet<Need>): Readonly<Record<Need, Promise<unknown>>> {
  const log = (line: string): void => {
    console.log(`${'install'.padEnd(11)} | ${line}`);
  };
  const nothing = Promise.resolve();
  const parts = [...needs].some((need) => need !== 'nothing') ? ensureParts(log) : nothing;
  const spark = needs.has('spark') ? parts.then(() => ensureParts(log, { only: SPARK_PARTS })) : parts;
  const chromium = needs.has('browser')
    ? runningSuite.run({ name: 'install', niceness: 0 }, () => ensureChromium(process.env))
    : nothing;
  const browser = Promise.all([parts, chromium]);
  // A failure is the failure of every suite that waits for it.
  for (const each of [parts, spark, browser]) each.catch(() => undefined);
  return { nothing, parts, spark, browser };
}

/** Runs a suite when `installed` is settled; see {@link LANES}. */
function runSuite(name: string, installed: Promise<unknown>, niceness: number): Promise<Result> {
  return runningSuite.run({ name, niceness }, async () => {
    let start = Date.now();
    let count: Count = { passed: 0, failed: 1 };
    try {
      await installed;
      start = Date.now();
      say('begins');
      count = (await SUITES[name]?.run()) ?? count;
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      say(message);
      count = { passed: 0, failed: 1, failures: [message] };
    }
    const seconds = (Date.now() - start) / 1000;
    say(`${count.passed} passed, ${count.failed} failed in ${seconds.toFixed(0)} s`);
    return { name, count, seconds };
  });
}

async function main(): Promise<number> {
  const given = process.argv.slice(2).filter((name) => name !== RENEW && name !== EXHAUSTIVE);
  if (process.argv.includes(RENEW) && given.join() !== 'unit') {
    console.error(
      `Only the suite unit has snapshots, but "${RENEW}" is given with: ${given.join(', ') || 'all'}. Run "npm test -- unit ${RENEW}".`,
    );
    return 2;
  }
  const unknown = given.filter((name) => !(name in SUITES));
  if (unknown.length > 0) {
    console.error(`Unknown suites: ${unknown.join(', ')}. There are ${Object.keys(SUITES).join(', ')}.`);
    return 2;
  }
  requireUsablePaths();
  exemptLoopback();
  if (process.argv.includes(EXHAUSTIVE)) process.env.TESTS_EXHAUSTIVE = '1';
  process.env.TESTS_SEED ??= String(randomInt(1_000_000));
  console.log(
    process.env.TESTS_EXHAUSTIVE
      ? 'Sweeps are whole.'
      : `Sweeps are a sample; TESTS_SEED=${process.env.TESTS_SEED} makes it the same again.`,
  );
  const chosen = given.length === 0 ? Object.keys(SUITES) : given;
  const installed = install(new Set(chosen.map((name) => SUITES[name]?.need ?? 'nothing')));
  const inOrder = Object.keys(SUITES).filter((name) => chosen.includes(name));
  const isSpare = (name: string): boolean => SUITES[name]?.isSpare === true;
  const spare = inOrder.filter(isSpare);
  const others = inOrder.filter((name) => !isSpare(name));
  const results: Result[] = [];
  const runLane = async (niceness: number): Promise<void> => {
    const next = (): string | undefined => (niceness === 0 ? others.shift() : undefined) ?? spare.shift();
    for (let name = next(); name !== undefined; name = next())
      results.push(await runSuite(name, installed[SUITES[name]?.need ?? 'nothing'], niceness));
  };
  await Promise.all(LANES.map(runLane));
  console.log('');
  for (const { name, count } of results)
    for (const failure of count.failures ?? []) console.log(`FAILED ${name}: ${failure}\n`);
  for (const { name, count, seconds } of results)
    console.log(
      `${name}: ${count.passed} of ${count.passed + count.failed} passed in ${seconds.toFixed(0)} s`,
    );
  const { passed, failed } = sum(results.map(({ count }) => count));
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

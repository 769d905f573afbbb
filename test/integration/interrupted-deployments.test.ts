/**
 * Deployments that are interrupted at moments chosen by a seed: the next start, or the same run where only the local AWS
 * was killed, brings the stacks to what the app says and has the data.
 *
 * TESTS_SEED chooses the moments (test/sweeps.ts); INTERRUPTED_ROUNDS, 1 or in an exhaustive run 5, how often: two moments
 * a round, of first or later deployments, in an exhaustive run of both, each round with another seed.
 */
import { writeFileSync } from 'node:fs';
import { ensureParts } from '../../tools/local-run/install';
import { freePort } from '../../tools/local-run/ports';
import { resetState } from '../../tools/local-run/state/reset';
import { IS_EXHAUSTIVE, SEED, sample } from '../sweeps';
import { runFile, start, untilNoneWith, type Start } from './local-run-harness';
import {
  choice,
  momentOf,
  readSaved,
  savedFile,
  savedStacks,
  untilMoment,
  type Moment,
} from './support/interruptions';

const ROUNDS = Number(process.env.INTERRUPTED_ROUNDS ?? (IS_EXHAUSTIVE ? 5 : 1));
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
const EXITS = {
  SIGINT: { code: 130, signal: null },
  SIGTERM: { code: 143, signal: null },
  SIGKILL: { code: null, signal: 'SIGKILL' },
} as const;
const RECONCILED = /pin: missing 0, duplicate 0\ngeo: missing 0, duplicate 0\nuser: missing 0, duplicate 0/g;
const PARTS = ['api', 'emulator', 'kafka', 'source', 'storage', 'stream'];
/** A bound, not an expectation. */
const STOP_SECONDS = 60;

jest.setTimeout(1_200_000);

const userId = `test-interrupted-${process.pid}`;
let last: Start | undefined;

function run(ports: readonly string[]): Start {
  last = start(['--once', '--user-id', userId, '--posts', '40', ...ports]);
  return last;
}

/** Other ports than before, so that there is something to deploy in nearly every stack. */
async function otherPorts(): Promise<string[]> {
  const names = ['aws', 'connect', 'rest-proxy'];
  const ports = await Promise.all(names.map(() => freePort()));
  return names.flatMap((name, index) => [`--${name}-port`, String(ports[index])]);
}

/** A run that is signalled in its deployment. */
async function interrupted(
  ports: readonly string[],
  moment: Moment,
  signal: (typeof SIGNALS)[number],
): Promise<void> {
  const one = run(ports);
  await untilMoment(one, userId, moment);
  one.process.kill(signal);
  expect(await one.ended(STOP_SECONDS)).toEqual(EXITS[signal]);
  expect(await untilNoneWith(`/state/${userId}`, 30)).toEqual([]);
}

/** A run whose local AWS is killed in the deployment. @returns its output. */
async function completed(ports: readonly string[], moment: Moment): Promise<string> {
  const one = run(ports);
  await untilMoment(one, userId, moment);
  const ministack = runFile(userId).parts.find(({ name }) => name === 'ministack');
  process.kill(ministack?.pid ?? 0, 'SIGKILL');
  const { code } = await one.ended(700);
  if (code !== 0) throw new Error(`The run ended with ${code ?? 'a signal'}:\n${one.output()}`);
  expect(one.output()).toMatch(/ministack runs again/);
  expect(one.output().match(RECONCILED)).toHaveLength(2); // Once for each path.
  const stacks = savedStacks(readSaved(userId), userId);
  expect([...stacks.keys()].sort()).toEqual(PARTS);
  for (const { StackStatus } of stacks.values()) expect(StackStatus).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
  return one.output();
}

/** Makes stacks look as an earlier version saved them when it was interrupted. */
function leaveStacksUnfinished(): void {
  const saved = readSaved(userId);
  const stacks = savedStacks(saved, userId);
  Object.assign(stacks.get('api') ?? {}, { StackStatus: 'UPDATE_IN_PROGRESS' });
  Object.assign(stacks.get('emulator') ?? {}, {
    StackStatus: 'CREATE_IN_PROGRESS',
    Outputs: [],
    _template: {},
  });
  writeFileSync(savedFile(userId), JSON.stringify(saved));
}

beforeAll(async () => {
  await ensureParts();
}, 600_000);

afterEach(async () => {
  if (last !== undefined && (last.process.exitCode ?? last.process.signalCode) === null)
    last.interrupt('SIGKILL');
  await untilNoneWith(`/state/${userId}`);
  await resetState(userId);
});

/** The first deployment is interrupted, and the one that is to complete it. */
async function firstDeployments(seed: number): Promise<void> {
  const signal = choice(seed, 'first signal', SIGNALS);
  await interrupted([], momentOf(seed, 'first'), signal);
  expect(await completed([], momentOf(seed, 'second'))).toMatch(/\npin +40 +40 +40 /);
}

/** A later deployment, with something to change in nearly every stack, is interrupted, and the one after it. */
async function laterDeployments(seed: number): Promise<void> {
  const whole = run([]);
  expect((await whole.ended(700)).code).toBe(0);
  leaveStacksUnfinished();
  const signal = choice(seed, 'third signal', SIGNALS);
  await interrupted(await otherPorts(), momentOf(seed, 'third'), signal);
  const output = await completed(await otherPorts(), momentOf(seed, 'fourth'));
  for (const destination of ['topics', 'streams'])
    expect(output).toContain(`Every post was sent to the ${destination} already.`);
  expect(output).toMatch(/\npin +40 +40 +40 /);
}

const DEPLOYMENTS = [
  ['first deployments', firstDeployments],
  ['later deployments', laterDeployments],
] as const;
const SEEDS = Array.from({ length: ROUNDS }, (_, index) => SEED + index);

test.each(
  sample('interrupted deployments', DEPLOYMENTS, 1).flatMap(([name, interrupt]) =>
    SEEDS.map((seed) => [name, seed, interrupt] as const),
  ),
)('two %s are interrupted, seed %i', async (_, seed, interrupt) => {
  await interrupt(seed);
});

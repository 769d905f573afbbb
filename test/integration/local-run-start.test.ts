/** `npm start` as a person uses it: to the end, interrupted, killed, and wrongly. */
import { ODD_FOLDER, removeOddFolder } from './support/odd-folder';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureParts } from '../../tools/local-run/install';
import { resetState } from '../../tools/local-run/state/reset';
import { sample } from '../sweeps';
import { RECONCILED, startCommand, Starts, untilNoneWith } from './local-run-harness';
import { continuedRun } from './local-run-start/continued';
import { refusedStarts } from './local-run-start/refused';
import { hostileEnvironment } from './support/hostile-environment';

const INSTALL_MS = 600_000;
jest.setTimeout(900_000);

const starts = new Starts(`test-start-${process.pid}`);
const { userId, folder, few } = starts;

beforeAll(async () => {
  await ensureParts();
}, INSTALL_MS);

afterEach(async () => {
  await starts.endAll();
});

afterAll(async () => {
  rmSync(path.join(folder, 'state.json'), { force: true });
  await resetState(userId);
  removeOddFolder();
});

test('a run ends with eight answers and nothing missing or double, and leaves nothing', async () => {
  // In an environment full of traps, from which nothing is to be seen in the run, nor anything in it afterwards.
  const traps = mkdtempSync(path.join(tmpdir(), 'hostile-'));
  const TMPDIR = path.join(traps, 'tmp');
  mkdirSync(TMPDIR);
  const hostile = hostileEnvironment(traps);
  const first = starts.run(['--once', ...few], { ...hostile, TMPDIR });
  expect({ ...(await first.ended(700)), output: first.output() }).toMatchObject({ code: 0, signal: null });
  for (const question of ['1', '2', '3a', '3b', '4', '5', '6', '7', '8']) {
    expect(first.output()).toContain(`\n${question}. `);
  }
  expect(first.output()).toMatch(RECONCILED);
  expect(first.output()).toMatch(/Sent 300 posts/);
  expect(existsSync(path.join(folder, 'run.json'))).toBe(false);
  expect(await untilNoneWith(`/state/${userId}`, 1)).toEqual([]);

  expect(readdirSync(hostile.HOME ?? traps)).toEqual([]);
  // What tsx, which runs TypeScript, keeps there is its cache.
  expect(readdirSync(TMPDIR).filter((name) => !name.startsWith('tsx-'))).toEqual([]);
  expect(readdirSync(path.dirname(ODD_FOLDER))).toEqual([path.basename(ODD_FOLDER)]);
  expect(readdirSync(ODD_FOLDER).sort()).toEqual(['parts', 'state']);
  rmSync(traps, { recursive: true });

  const status = startCommand('npm', ['run', '-s', 'pipeline', '--', 'status', '--user-id', userId]);
  expect((await status.ended()).code).toBe(1);
  expect(status.output()).toContain(`npm start -- --user-id ${userId}`);
}, 2_000_000);

/** Moments of a start: what they are called, what has been printed by then, and how much later it is. */
const MOMENTS: readonly (readonly [name: string, printed: RegExp | undefined, pauseMs: number])[] = [
  ['while TypeScript is being loaded', undefined, 200],
  ['while the parts are starting', /is ready after/, 0],
  ['while Kafka Connect is starting', /Kafka is ready/, 500],
  ['while it deploys', /Kafka Connect is ready/, 1_000],
  ['after the deployment', /Deployed all stacks/, 0],
  ['while the tables are read', /S3 sink has stored/, 300],
];

/** Starts a run and ends it in some way; nothing of it is left. */
const ENDS: readonly (readonly [name: string, test: () => Promise<void>])[] = [
  ...MOMENTS.map(
    ([moment, pattern, pauseMs]) =>
      [
        `Ctrl-C ${moment} stops everything`,
        async () => {
          const one = starts.run(['--once', '--user-id', userId, '--posts', '500']);
          if (pattern !== undefined) await one.until(pattern);
          await sleep(pauseMs);
          one.interrupt();
          const { code, signal } = await one.ended(180);
          // Before its first line of JavaScript is run, Node ends by the signal itself.
          expect(code ?? signal).toBe(pattern === undefined && code === null ? 'SIGINT' : 130);
          expect(await untilNoneWith(`/state/${userId}`, 1)).toEqual([]);
          expect(existsSync(path.join(folder, 'run.json'))).toBe(false);
        },
      ] as const,
  ),
  [
    'a second Ctrl-C hurries',
    async () => {
      const one = starts.run(['--once', ...few]);
      await one.until(/Kafka is ready/);
      one.interrupt();
      await sleep(700);
      if (one.process.exitCode === null) one.interrupt();
      expect((await one.ended(60)).code).toBe(130);
      expect(await untilNoneWith(`/state/${userId}`, 1)).toEqual([]);
    },
  ],
  [
    'SIGTERM to npm is passed on, with its exit code',
    async () => {
      const one = starts.command('npm', ['start', '--', '--once', ...few]);
      await one.until(/Kafka is ready/);
      one.process.kill('SIGTERM');
      expect((await one.ended(180)).code).toBe(143);
      expect(await untilNoneWith(`/state/${userId}`, 10)).toEqual([]);
    },
  ],
  [
    'kill -9 of npm stops everything too',
    async () => {
      const one = starts.command('npm', ['start', '--', '--once', ...few]);
      await one.until(/is ready after/);
      one.process.kill('SIGKILL');
      await one.ended();
      expect(await untilNoneWith(`/state/${userId}`, 60)).toEqual([]);
    },
  ],
  [
    'kill -9 of the supervisor leaves nothing running',
    async () => {
      const killed = starts.run(['--once', ...few]);
      await killed.until(/Kafka Connect is ready/);
      await sleep(500); // In the middle of the deployment.
      killed.process.kill('SIGKILL');
      await killed.ended();
      expect(await untilNoneWith(`/state/${userId}`, 30)).toEqual([]);
    },
  ],
  [
    'a reader who goes away ends the run',
    async () => {
      const one = starts.run(['--once', ...few]);
      await one.until(/is ready after/);
      one.process.stdout?.destroy();
      one.process.stderr?.destroy();
      expect((await one.ended(120)).code).toBe(141);
      expect(await untilNoneWith(`/state/${userId}`, 1)).toEqual([]);
    },
  ],
];

test.each(sample('ends of a run', ENDS, 2))('%s', async (_, end) => {
  await end();
});

describe('in a run that continues', () => {
  continuedRun(starts);
});

describe('refused', () => {
  refusedStarts(starts);
});

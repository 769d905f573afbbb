/** `npm start` as a person uses it: to the end, interrupted, killed, and wrongly. */
import { ODD_FOLDER, removeOddFolder } from './support/odd-folder';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckResult } from '../../tools/pipeline/doctor/check';
import { BROKEN_KINDS, type BrokenRecord } from '../../tools/pipeline/hands';
import { LocalPipeline } from '../../tools/local-run/local-pipeline';
import { runningLocalDeployment } from '../../tools/local-run/local-deployment';
import { FEED_NAMES } from '../../services/contract';
import { readSourceSecret } from '../../services/emulator';
import { ensureParts } from '../../tools/local-run/install';
import { findProgram } from '../../tools/processes/find-program';
import { STATES_ROOT } from '../../tools/local-run/paths';
import { resetState } from '../../tools/local-run/state/reset';
import { hostileEnvironment } from './support/hostile-environment';
import { sample } from '../sweeps';
import {
  processesWith,
  runFile,
  start,
  startReset,
  startCommand,
  untilNoneWith,
  type Start,
} from './local-run-harness';

const INSTALL_MS = 600_000;
jest.setTimeout(900_000);

const userId = `test-start-${process.pid}`;
const folder = path.join(STATES_ROOT, userId);
const FEW = ['--user-id', userId, '--posts', '300'];
const RECONCILED = /pin: missing 0, duplicate 0\ngeo: missing 0, duplicate 0\nuser: missing 0, duplicate 0/g;
const starts: Start[] = [];

function run(args: readonly string[], env?: Readonly<Record<string, string>>): Start {
  const started = start(args, env);
  starts.push(started);
  return started;
}

beforeAll(async () => {
  await ensureParts();
}, INSTALL_MS);

afterEach(async () => {
  const live = starts
    .splice(0)
    .filter(({ process: { exitCode, signalCode } }) => (exitCode ?? signalCode) === null);
  for (const one of live) one.interrupt('SIGKILL');
  if (live.length > 0) await untilNoneWith(`/state/${userId}`); // The next test starts with nothing running.
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
  const first = run(['--once', ...FEW], { ...hostile, TMPDIR });
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
          const one = run(['--once', '--user-id', userId, '--posts', '500']);
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
      const one = run(['--once', ...FEW]);
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
      const one = startCommand('npm', ['start', '--', '--once', ...FEW]);
      starts.push(one);
      await one.until(/Kafka is ready/);
      one.process.kill('SIGTERM');
      expect((await one.ended(180)).code).toBe(143);
      expect(await untilNoneWith(`/state/${userId}`, 10)).toEqual([]);
    },
  ],
  [
    'kill -9 of npm stops everything too',
    async () => {
      const one = startCommand('npm', ['start', '--', '--once', ...FEW]);
      starts.push(one);
      await one.until(/is ready after/);
      one.process.kill('SIGKILL');
      await one.ended();
      expect(await untilNoneWith(`/state/${userId}`, 60)).toEqual([]);
    },
  ],
  [
    'kill -9 of the supervisor leaves nothing running',
    async () => {
      const killed = run(['--once', ...FEW]);
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
      const one = run(['--once', ...FEW]);
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
  const MANY = ['--user-id', userId, '--posts', '2500'];
  let one: Start;

  /** A run is ended by Ctrl-C while it sends. */
  async function interruptSending(): Promise<void> {
    const sending = start(['--once', ...MANY, '--rate', '200']);
    await sending.until(/sent \d+ of 2,\d00 posts/); // After two seconds; the ledger is written every five.
    sending.interrupt();
    expect((await sending.ended(60)).code).toBe(130);
    // What the runs before have left is used again.
    expect(sending.output()).toContain('Deployed all stacks');
    expect(sending.output()).not.toContain('Bootstrapped');
  }

  /** A run is killed together with its guardian, and leaves parts behind. */
  async function leavePartsBehind(): Promise<void> {
    const alone = start(['--once', ...MANY]);
    await alone.until(/MariaDB is ready/);
    const { mark } = runFile(userId);
    const guardians = processesWith(`guardian.cjs ${mark}`).map((line) => Number(line.split(' ')[0]));
    expect(guardians).toHaveLength(1);
    process.kill(alone.pid, 'SIGSTOP'); // It must not start another guardian.
    process.kill(guardians[0] ?? 0, 'SIGKILL');
    alone.process.kill('SIGKILL');
    await alone.ended();
    expect(processesWith(`/state/${userId}`)).not.toEqual([]);
  }

  beforeAll(async () => {
    await interruptSending();
    await leavePartsBehind();
    one = start([...MANY, '--report-every', '2']);
    await one.until(/Press Ctrl-C to stop/, 700);
    await new LocalPipeline(userId).setEmulator({ rate: 5 });
  }, 900_000);

  afterAll(() => {
    if (one.process.exitCode === null) one.interrupt('SIGKILL');
  });

  const reports = () => one.output().match(/random posts, batch/g)?.length ?? 0;

  async function untilReports(count: number): Promise<string> {
    const wanted = reports() + count;
    for (const late = Date.now() + 400_000; reports() < wanted;) {
      await sleep(100);
      if (one.process.exitCode !== null || Date.now() > late) throw new Error(one.output());
    }
    const last = (sign: string): string =>
      one
        .output()
        .split('\n')
        .findLast((line) => line.includes(sign)) ?? '';
    return `${last('random posts, batch')}\n${last('streams: pin')}`;
  }

  test('what was sent before a Ctrl-C was noted, and is not sent again', () => {
    // At most 500 were sent by the tests before.
    expect(Number(/Sent (\d+) posts/.exec(one.output())?.[1])).toBeLessThan(2000);
    expect(one.output().match(RECONCILED)).toHaveLength(2); // Once for each path.
    // Sent, acknowledged, and in the topic.
    expect(one.output()).toMatch(/\npin +2,500 +2,500 +2,500 /);
  });

  test('the parts that a run left behind which was killed with its guardian are ended, and nothing is lost', async () => {
    expect(one.output()).toMatch(/Ending mariadb \(pid \d+\), left behind by an earlier run\./);
    expect((await untilReports(1)).match(/missing 0, duplicate 0/g)).toHaveLength(6); // Three feeds on two paths.
  });

  test('no password is in what is printed, logged, or in the run file', async () => {
    const target = await runningLocalDeployment(userId);
    const { password } = await readSourceSecret(target.outputs.SourceSecretArn, target.aws);
    expect(password.length).toBeGreaterThan(20);
    const logs = readdirSync(path.join(folder, 'logs')).map((name) => path.join(folder, 'logs', name));
    const texts = [...logs, path.join(folder, 'run.json')].map((file) => readFileSync(file, 'utf8'));
    expect([one.output(), ...texts].filter((text) => text.includes(password))).toEqual([]);
    expect(processesWith(password).filter((line) => line.includes(password))).toEqual([]);
  });

  test('doctor finds all well, and names a part that is killed', async () => {
    const doctor = async (): Promise<{ code: number | null; results: CheckResult[] }> => {
      const args = ['run', '-s', 'pipeline', '--', 'doctor', '--user-id', userId, '--json'];
      const command = startCommand('npm', args);
      const { code } = await command.ended();
      return { code, results: JSON.parse(command.output()) as CheckResult[] };
    };
    const wrong = (results: readonly CheckResult[]) => results.filter(({ status }) => status !== 'ok');
    let well = await doctor();
    // A busy machine may not answer everything in time.
    for (const late = Date.now() + 200_000; wrong(well.results).length > 0 && Date.now() < late;)
      well = await doctor();
    expect(well).toMatchObject({ code: 0 });
    expect(wrong(well.results)).toEqual([]);
    expect(well.results.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['mariadb', 'kafka', 'rest-proxy', 'API', 'topics', 'S3 sink', 'streams']),
    );

    const part = runFile(userId).parts.find(({ name }) => name === 'rest-proxy');
    process.kill(one.pid, 'SIGSTOP'); // It must not start it again meanwhile.
    try {
      process.kill(part?.pid ?? 0, 'SIGKILL');
      const { code, results } = await doctor();
      expect(code).toBe(1);
      expect(results.find(({ check }) => check === 'rest-proxy')).toEqual({
        check: 'rest-proxy',
        status: 'failed',
        seen: `its process (pid ${part?.pid}) has ended`,
        remedy: expect.stringContaining('rest-proxy.log') as string,
      });
    } finally {
      process.kill(one.pid, 'SIGCONT');
    }
    await one.until(/rest-proxy runs again/, 400);
  });

  // The other parts are killed in test/end-to-end/faults.test.ts. The database only here; and only here the run itself has
  // its sending, cleaning and reconciling interrupted, all of which need the local AWS.
  test('a part that is killed is reported and restarted, and the run continues with nothing lost or doubled', async () => {
    for (const name of ['mariadb', 'ministack']) {
      await untilReports(1);
      const part = runFile(userId).parts.find((running) => running.name === name);
      process.kill(part?.pid ?? 0, 'SIGKILL');
      await one.until(new RegExp(`${name} has died \\(signal SIGKILL\\)\\. The end of .*${name}\\.log`), 120);
      await one.until(new RegExp(`${name} runs again`), 400);
      const report = await untilReports(2);
      expect(report.match(/missing 0, duplicate 0/g)).toHaveLength(6); // Three feeds on two paths.
    }
    await sleep(100);
    expect(one.process.exitCode).toBeNull();
  }, 1_800_000);

  test('a person pauses the posts, sends broken records, and ends and freezes parts, with nothing lost or doubled', async () => {
    const local = new LocalPipeline(userId);
    const control = { signal: new AbortController().signal, tell: () => undefined };
    const command = async (...args: string[]): Promise<unknown> => {
      const all = [...'run -s pipeline --'.split(' '), ...args, '--user-id', userId, '--json'];
      const started = startCommand('npm', all);
      const { code } = await started.ended();
      expect([code, started.output()]).toEqual([0, expect.anything()]);
      return JSON.parse(started.output());
    };

    expect(await local.emulator()).toEqual({ paused: false, rate: 5 });
    expect(await command('emulator', 'pause')).toEqual({ paused: true, rate: 5 });
    await untilReports(1); // Of the cycle in which it was paused.
    expect(await untilReports(1)).toContain('  0 random posts, batch');
    expect(await local.setEmulator({ rate: 50 })).toEqual({ paused: true, rate: 50 });
    expect(await command('emulator', 'resume')).toEqual({ paused: false, rate: 50 });
    await untilReports(1);
    expect(await untilReports(1)).toMatch(/ [1-9]\d* random posts, batch/);

    const broken = (['topics', 'streams'] as const).flatMap((to) =>
      FEED_NAMES.map((feed, n): BrokenRecord => ({ feed, to, kind: BROKEN_KINDS[n] ?? 'not-json' })),
    );
    for (const record of broken) {
      expect(await local.sendBroken(record, control)).toMatchObject({
        ...record,
        place: expect.stringMatching(/ (partition|sequence number) \d+/) as string,
      });
    }

    // Oftener than a part may die.
    for (let n = 0; n < 4; n += 1) {
      const { pid } = runFile(userId).parts.find(({ name }) => name === 'rest-proxy') ?? { pid: 0 };
      const action = n % 2 === 0 ? 'kill' : 'restart';
      const asked = n === 0 ? command('part', 'rest-proxy', action) : undefined;
      await (asked ?? local.actOnPart({ part: 'rest-proxy', action }, control));
      const isBack = (): boolean =>
        runFile(userId).parts.some((part) => part.name === 'rest-proxy' && part.pid !== pid);
      for (const late = Date.now() + 120_000; !isBack();) {
        await sleep(100);
        if (one.process.exitCode !== null || Date.now() > late) throw new Error(one.output());
      }
    }
    expect(one.output().match(/rest-proxy was ended by command/g)).toHaveLength(4);

    await local.actOnPart({ part: 'kafka', action: 'freeze' }, control);
    await one.until(/kafka is frozen/, 30);
    expect((await local.parts()).map(({ name, state }) => [name, state])).toContainEqual(['kafka', 'frozen']);
    await local.actOnPart({ part: 'kafka', action: 'thaw' }, control);
    await one.until(/kafka runs on/, 30);

    expect((await untilReports(2)).match(/missing 0, duplicate 0/g)).toHaveLength(6); // Three feeds on two paths.
    const { feeds, streams, ok } = await local.reconcile({}, control);
    expect(ok).toBe(true);
    // A text is no object: the sink refuses it; the function of a stream puts it into the quarantine like the others.
    expect(feeds.map(({ deadLetters, quarantine }) => [deadLetters, quarantine])).toEqual([
      [1, 0],
      [0, 1],
      [0, 1],
    ]);
    expect(streams.map(({ quarantine }) => quarantine)).toEqual([1, 1, 1]);
  }, 900_000);

  test('a second start is refused, naming the first', async () => {
    const second = run(['--once', ...FEW]);
    expect((await second.ended()).code).toBe(1);
    expect(second.output()).toContain(
      `The pipeline of the user id "${userId}" is running already, in the process with pid ${one.pid}.`,
    );
  });

  test('SIGTERM stops it in order, also with a part that is frozen', async () => {
    const kafka = runFile(userId).parts.find(({ name }) => name === 'kafka');
    process.kill(kafka?.pid ?? 0, 'SIGSTOP');
    one.process.kill('SIGTERM');
    expect((await one.ended(180)).code).toBe(143);
    expect(await untilNoneWith(`/state/${userId}`, 1)).toEqual([]);
  });
});

test('a wrong flag ends with exit code 2', async () => {
  const one = run(['--user-id', 'a/b']);
  expect((await one.ended(120)).code).toBe(2);
  expect(one.output()).toMatch(/"a\/b" cannot be used/);
});

test('a fixed port that is taken is named', async () => {
  const server = createServer().listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const one = run(['--once', ...FEW, '--kafka-port', String(port)]);
    expect((await one.ended(180)).code).toBe(1);
    expect(one.output()).toContain(`Port ${port}, wanted for the local run (kafka), is taken`);
  } finally {
    server.close();
  }
});

test('a half-written state folder is refused until it is reset', async () => {
  mkdirSync(path.join(folder, 'kafka'), { recursive: true });
  writeFileSync(path.join(folder, 'state.json'), '{"version":1,"us');
  const one = run(['--once', ...FEW]);
  expect((await one.ended(180)).code).toBe(1);
  expect(one.output()).toContain(`npm run reset -- --user-id ${userId}`);

  const reset = startReset(userId);
  expect((await reset.ended()).code).toBe(0);
  expect(existsSync(folder)).toBe(false);
});

test('a state folder that cannot be used is refused before anything is written', async () => {
  const PIPELINE_LOCAL_DIR = path.join(ODD_FOLDER, 'state', `${userId}-a,b`);
  const refused = `The state folder ${JSON.stringify(PIPELINE_LOCAL_DIR)} cannot be used: its path has a`;
  const commands = [
    'tools/cli/start.mjs',
    'tools/cli/reset.ts',
    'tools/cli/pipeline.ts',
    'tools/cli/package.ts',
    'test/run-all.ts',
  ];
  for (const file of commands) {
    const args = file === 'tools/cli/pipeline.ts' ? [file, 'status'] : [file];
    const one = startCommand(process.execPath, ['--import', 'tsx', ...args], { PIPELINE_LOCAL_DIR });
    expect((await one.ended(120)).code).toBe(1);
    expect(one.output()).toContain(refused);
  }
  expect(existsSync(PIPELINE_LOCAL_DIR)).toBe(false);
});

test('a missing tool is named', async () => {
  const bin = path.join(STATES_ROOT, `${userId}-bin`);
  mkdirSync(bin, { recursive: true });
  try {
    symlinkSync(findProgram('python3') ?? '', path.join(bin, 'python3'));
    for (const name of ['sh', 'env']) symlinkSync(findProgram(name) ?? '', path.join(bin, name));
    const one = run(['--once', ...FEW], { PATH: bin, JAVA_HOME: '' });
    expect((await one.ended(180)).code).toBe(1);
    expect(one.output()).toContain('- java: not found; needed: a Java run-time of version 17 or newer');
  } finally {
    rmSync(bin, { recursive: true });
  }
});

/**
 * A run that continues with random posts: after one that was interrupted while it sent, and one that was killed and left
 * parts behind. Parts are killed in it, and it is ended with one that is frozen.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSourceSecret } from '../../../services/emulator';
import { LocalPipeline } from '../../../tools/local-run/local-pipeline';
import { runningLocalDeployment } from '../../../tools/local-run/local-deployment';
import type { CheckResult } from '../../../tools/pipeline/doctor/check';
import {
  processesWith,
  RECONCILED,
  runFile,
  start,
  startCommand,
  untilNoneWith,
  type Start,
  type Starts,
} from '../local-run-harness';
import { handsOn } from './hands';

/** The tests. */
export function continuedRun(starts: Starts): void {
  const { userId, folder } = starts;
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

  describe('by hand', () => {
    handsOn({ userId, started: () => one, untilReports });
  });

  test('a second start is refused, naming the first', async () => {
    const second = starts.run(['--once', ...starts.few]);
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
}

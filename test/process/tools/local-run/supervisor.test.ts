/** The supervisor with parts that are real processes, if small ones. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { childEnvironment } from '../../../../tools/processes/environment';
import { startTime } from '../../../../tools/processes/identity.cjs';
import { startPart, type RunningPart } from '../../../../tools/local-run/parts/part-process';
import { MAX_RESTARTS, Supervisor } from '../../../../tools/local-run/supervisor';

describe('the supervisor', () => {
  let stateDir: string;
  let supervisor: Supervisor;
  let lines: string[];
  let failures: Error[];
  let pids: number[];
  let asked: number[];

  beforeEach(() => {
    stateDir = mkdtempSync(path.join(tmpdir(), 'supervisor-test-'));
    [lines, failures, pids, asked] = [[], [], [], []];
    supervisor = new Supervisor({
      onLine: (line) => lines.push(line),
      onChange: (parts) => (pids = parts.map(({ pid }) => pid)),
      onFailure: (error) => failures.push(error),
      wasAskedFor: ({ pid }) => asked.includes(pid),
    });
  });

  afterEach(async () => {
    await supervisor.stop([]);
    rmSync(stateDir, { recursive: true });
  });

  /** A part that says something and lives until it is ended. */
  function starter(
    name: string,
    script = 'setTimeout(() => {}, 60000)',
    probe = () => Promise.resolve(),
    readyTimeoutMs = 60_000,
  ) {
    return (signal: AbortSignal): Promise<RunningPart> =>
      startPart({
        name,
        command: process.execPath,
        args: ['-e', `console.log('${name} says hello'); ${script}`],
        env: childEnvironment('local'),
        stateDir,
        ports: {},
        url: '',
        signal,
        probe,
        readyTimeoutMs,
      });
  }

  async function until(condition: () => boolean): Promise<void> {
    for (const end = Date.now() + 20_000; !condition();) {
      if (Date.now() > end) throw new Error(`waited in vain; lines: ${lines.join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  test('reports a part that dies by name with the end of its log, and starts it again', async () => {
    const part = await supervisor.start(starter('one'));
    await until(() => readFileSync(part.logFile, 'utf8').includes('says hello'));
    part.kill('SIGKILL');
    await until(() => lines.length === 2);
    expect(lines[0]).toMatch(/^one has died \(signal SIGKILL\)\. The end of .*one\.log:\none says hello/);
    expect(lines[1]).toMatch(/^one runs again \(pid \d+\)\.$/);
    expect(supervisor.current('one')?.pid).not.toBe(part.pid);
    expect(pids).toEqual([supervisor.current('one')?.pid]);
    expect(supervisor.disturbanceCount).toBe(1);
    expect(failures).toEqual([]);
  });

  test(`stops after ${MAX_RESTARTS} restarts`, async () => {
    await supervisor.start(starter('one'));
    for (let death = 0; death <= MAX_RESTARTS; death += 1) {
      const { pid } = supervisor.current('one') ?? { pid: 0 };
      supervisor.current('one')?.kill('SIGKILL');
      await until(() => failures.length > 0 || supervisor.current('one')?.pid !== pid);
    }
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^one has died again after 3 restarts within 5 minutes; the run ends\./),
    ]);
  });

  test('ends that were asked for are not counted: the part starts again each time', async () => {
    await supervisor.start(starter('one'));
    for (let end = 0; end < MAX_RESTARTS + 2; end += 1) {
      const { pid } = supervisor.current('one') ?? { pid: 0 };
      asked.push(pid);
      supervisor.current('one')?.kill('SIGKILL');
      await until(() => failures.length > 0 || supervisor.current('one')?.pid !== pid);
    }
    expect(failures).toEqual([]);
    expect(supervisor.disturbanceCount).toBe(MAX_RESTARTS + 2);
    expect(lines[0]).toBe('one was ended by command (signal SIGKILL).');
    // A death of its own is then the first one that counts.
    const { pid } = supervisor.current('one') ?? { pid: 0 };
    supervisor.current('one')?.kill('SIGKILL');
    await until(() => supervisor.current('one')?.pid !== pid);
    expect(lines.at(-2)).toMatch(/^one has died \(signal SIGKILL\)\./);
    expect(failures).toEqual([]);
  });

  test('a frozen part is reported, and settled waits until it runs on', async () => {
    const part = await supervisor.start(starter('one'));
    part.kill('SIGSTOP');
    await until(() => lines.length === 1);
    expect(lines).toEqual([`one is frozen (pid ${part.pid}).`]);
    expect(supervisor.disturbanceCount).toBe(1);
    const settled = jest.fn();
    const settling = supervisor.settled().then(settled);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(settled).not.toHaveBeenCalled();
    part.kill('SIGCONT');
    await settling;
    expect(lines[1]).toBe(`one runs on (pid ${part.pid}).`);
    expect(supervisor.current('one')?.pid).toBe(part.pid);
  });

  test('a frozen part stops in order, by SIGTERM, when everything stops', async () => {
    const part = await supervisor.start(
      starter(
        'one',
        "process.on('SIGTERM', () => process.exit(7)); setTimeout(() => {}, 60000); console.log('set')",
      ),
    );
    await until(() => readFileSync(part.logFile, 'utf8').includes('set'));
    part.kill('SIGSTOP');
    await supervisor.stop([['one']]);
    expect(await part.exited).toEqual({ code: 7, signal: null });
  });

  test('does not restart a part that ends because everything stops', async () => {
    const part = await supervisor.start(starter('one'));
    await supervisor.stop([['one']]);
    expect(startTime(part.pid)).toBeUndefined();
    expect(lines).toEqual([]);
  });

  test('stops in the order given', async () => {
    const ends: string[] = [];
    for (const name of ['server', 'client']) {
      const part = await supervisor.start(starter(name));
      void part.exited.then(() => ends.push(name));
    }
    await supervisor.stop([['client'], ['server']]);
    expect(ends).toEqual(['client', 'server']);
  });

  test('cancels a start that is under way when everything stops', async () => {
    const never = supervisor.start(starter('slow', undefined, () => Promise.reject(new Error('not yet'))));
    const outcome = never.catch((error: unknown) => (error as Error).message);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await supervisor.stop([]);
    expect(await outcome).toBe('The local run is stopping.');
  });

  test('reports a part that ends at its start, with its log', async () => {
    const start = supervisor.start(
      starter('one', 'process.exit(7)', () => Promise.reject(new Error('not yet'))),
    );
    await expect(start).rejects.toThrow(/one ended at its start with exit code 7\..*\none says hello/s);
  });

  test('reports a part that does not become ready, with the reason, and ends it', async () => {
    const start = supervisor.start(
      starter('one', undefined, () => Promise.reject(new Error('no answer yet')), 5_000),
    );
    await expect(start).rejects.toThrow(/one was not ready after 5 s \(no answer yet\)\./);
    expect(supervisor.parts).toEqual([]);
  });
});

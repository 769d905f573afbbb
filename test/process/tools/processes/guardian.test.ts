/** The guardian is tried with a supervisor of its own, which is then killed in every way. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { send, startTime } from '../../../../tools/processes/identity.cjs';

const ROOT = path.resolve(__dirname, '../../../..');

/** Starts children, prints their pids as JSON, then waits. */
const SUPERVISOR = `
  const { startChild } = require('./tools/processes/child.ts');
  const { guardian } = require('./tools/processes/guardian.ts');
  const env = { PATH: process.env.PATH };
  (async () => {
    const plain = await startChild({ command: 'sleep', args: ['60'], env, stdio: 'ignore' });
    // One that ignores SIGTERM's group and has a child which leaves it.
    const script = "require('node:child_process').spawn('sleep', ['60'], { detached: true, stdio: 'inherit' })"
      + ".on('spawn', function () { console.log(this.pid); }); setTimeout(() => {}, 60000)";
    const parent = await startChild({ command: process.execPath, args: ['-e', script], env, stdio: ['ignore', 'pipe', 'ignore'] });
    const grandchild = Number(await new Promise((resolve) => parent.process.stdout.once('data', resolve)));
    const ended = await startChild({ command: 'true', args: [], env, stdio: 'ignore' });
    await ended.exited;
    console.log(JSON.stringify({ plain: plain.pid, parent: parent.pid, grandchild, guardian: guardian.process.pid }));
    setTimeout(() => {}, 60000);
  })();`;

interface Pids {
  readonly plain: number;
  readonly parent: number;
  readonly grandchild: number;
  readonly guardian: number;
}

async function startSupervisor(): Promise<{ supervisor: ChildProcess; pids: Pids }> {
  const supervisor = spawn(process.execPath, ['--import', 'tsx', '-e', SUPERVISOR], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(supervisor.stdout, 'data')) as [Buffer];
  return { supervisor, pids: JSON.parse(line.toString()) as Pids };
}

/** Waits until a process has a handler of its own for SIGHUP, the last that the guardian sets, by /proc. */
async function untilItHandlesSignals(pid: number): Promise<void> {
  if (process.platform !== 'linux') return sleep(1_000);
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    await sleep(20);
    const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
    if (BigInt(`0x${caught}`) & 1n) return; // The lowest bit is signal 1.
  }
  throw new Error(`The process ${pid} has set no handler for SIGHUP.`);
}

/** Waits until there is a process with this command line, by /proc. */
async function untilThereIs(commandLine: string): Promise<void> {
  if (process.platform !== 'linux') return sleep(1_000);
  const pids = (): string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const end = Date.now() + 30_000; !pids().some((pid) => commandLineOf(pid) === commandLine);) {
    if (Date.now() > end) throw new Error(`There is no process ${commandLine}.`);
    await sleep(50);
  }
}

/** A process's command line by /proc; empty when there is no such process, or it is a zombie. */
function commandLineOf(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

async function untilGone(pids: readonly number[]): Promise<number[]> {
  let left = [...pids];
  for (const end = Date.now() + 60_000; left.length > 0 && Date.now() < end;) {
    await sleep(50);
    left = left.filter((pid) => startTime(pid) !== undefined);
  }
  return left;
}

describe('the guardian', () => {
  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'ends all children when the supervisor dies by %s, and itself',
    async (signal) => {
      const { supervisor, pids } = await startSupervisor();
      const all = Object.values(pids) as number[];
      expect(all.filter((pid) => startTime(pid) === undefined)).toEqual([]);
      supervisor.kill(signal);
      expect(await untilGone(all)).toEqual([]);
    },
  );

  test('is replaced when it is killed, and the new one does its work', async () => {
    const { supervisor, pids } = await startSupervisor();
    const commandLine = commandLineOf(pids.guardian);
    send(pids.guardian, 'SIGKILL');
    await untilGone([pids.guardian]);
    await untilThereIs(commandLine);
    expect(startTime(pids.plain)).toBeDefined();
    supervisor.kill('SIGKILL');
    expect(await untilGone(Object.values(pids) as number[])).toEqual([]);
  });

  test('is not ended by a signal that everybody gets', async () => {
    const { supervisor, pids } = await startSupervisor();
    await untilItHandlesSignals(pids.guardian);
    send(pids.guardian, 'SIGTERM');
    send(pids.guardian, 'SIGINT');
    await sleep(300);
    expect(startTime(pids.guardian)).toBeDefined();
    supervisor.kill('SIGKILL');
    expect(await untilGone(Object.values(pids) as number[])).toEqual([]);
  });
});

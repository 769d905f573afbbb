/**
 * Starts and stops a child process that this process is responsible for.
 *
 * A child leads a process group of its own, so that Ctrl-C in the terminal reaches the supervisor only and the supervisor
 * decides in which order things stop; the guardian ends it if the supervisor cannot.
 */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { guardian } from './guardian';
import { MARK_VARIABLE, markedProcesses, send } from './identity.cjs';

/** How a child ended. */
export interface ChildExit {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What to start. */
export interface ChildSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdio: StdioOptions;
}

/** A started child. */
export interface Child {
  readonly pid: number;
  readonly process: ChildProcess;
  /** Resolves when the child and everything it left behind has ended. Never rejects. */
  readonly exited: Promise<ChildExit>;
  /** Sends a signal to the child alone. Returns false when it has ended. */
  kill(signal: NodeJS.Signals): boolean;
  /** SIGTERM, also to a frozen child, then SIGKILL to the whole group after `timeoutMs`. Resolves when it has ended. */
  stop(timeoutMs: number): Promise<ChildExit>;
}

let counter = 0;
/** The children that have not ended. */
const live = new Set<Child>();

/** Kills what a child left behind: its process group, and marked processes that left the group. */
function killRemains(pid: number, mark: string): void {
  if (process.platform !== 'linux') {
    send(-pid, 'SIGKILL');
    return;
  }
  for (const other of markedProcesses(mark)) send(other, 'SIGKILL');
}

/** Resolves with true once `promise` is settled, with false after `ms`. */
export async function settledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  const late = sleep(ms, false, { signal: timer.signal }).catch(() => false);
  return Promise.race([settled, late]).finally(() => {
    timer.abort();
  });
}

/**
 * Starts a child process.
 *
 * @throws Error when the program cannot be started (not found, not executable).
 */
export async function startChild(spec: ChildSpec): Promise<Child> {
  guardian.start();
  counter += 1;
  const mark = `${guardian.mark}.${counter}.`;
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: { ...spec.env, [MARK_VARIABLE]: mark },
    stdio: spec.stdio,
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) {
    const error = await new Promise<Error>((resolve) => child.once('error', resolve));
    throw new Error(`${spec.command} could not be started: ${error.message}`);
  }
  guardian.add(pid);
  child.on('error', () => undefined); // A signal that could not be sent; `exited` has all that matters.
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('exit', (code, signal) => {
      killRemains(pid, mark);
      guardian.remove(pid);
      live.delete(started);
      resolve({ code, signal });
    });
  });
  const started: Child = {
    pid,
    process: child,
    exited,
    kill: (signal) => child.exitCode === null && child.signalCode === null && child.kill(signal),
    async stop(timeoutMs) {
      child.kill('SIGTERM');
      child.kill('SIGCONT'); // A frozen child takes no other signal.
      if (!(await settledWithin(exited, timeoutMs)) && child.exitCode === null && child.signalCode === null) {
        send(-pid, 'SIGKILL');
      }
      return exited;
    },
  };
  live.add(started);
  return started;
}

/** Kills every child that has not ended, with its process group, without waiting. */
export function killChildren(): void {
  for (const { pid } of live) send(-pid, 'SIGKILL');
  for (const pid of markedProcesses(guardian.mark)) send(pid, 'SIGKILL');
}

/** Stops every child that has not ended: SIGTERM, and SIGKILL after `timeoutMs`. Resolves when none is left. */
export async function stopChildren(timeoutMs: number): Promise<void> {
  await Promise.all([...live].map((child) => child.stop(timeoutMs)));
  // Those that other modules started for us carry our mark (Linux).
  const deadline = Date.now() + timeoutMs;
  for (let rest = markedProcesses(guardian.mark); rest.length > 0; rest = markedProcesses(guardian.mark)) {
    const late = Date.now() > deadline;
    for (const pid of rest) {
      send(pid, late ? 'SIGKILL' : 'SIGTERM');
      send(pid, 'SIGCONT');
    }
    if (Date.now() > deadline + 5_000) return;
    await sleep(100);
  }
}

/** Says in words how a child ended: `exit code 3` or `signal SIGKILL`. */
export function describeExit({ code, signal }: ChildExit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}

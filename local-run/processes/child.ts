/**
 * Starts and stops a child process that this process is responsible for.
 *
 * A child leads a process group of its own, so that Ctrl-C in the terminal reaches the supervisor only and the supervisor
 * decides in which order things stop; the guardian ends it if the supervisor cannot.
 */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
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
  /** SIGTERM, then SIGKILL to the whole group after `timeoutMs`. Resolves when it has ended. */
  stop(timeoutMs: number): Promise<ChildExit>;
}

let counter = 0;

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
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, ms);
  });
  const settled = promise.then(
    () => true,
    () => true,
  );
  return Promise.race([settled, late]).finally(() => {
    clearTimeout(timer);
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
  child.on('error', () => undefined); // A signal that could not be sent; `exited` tells all that matters.
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('exit', (code, signal) => {
      killRemains(pid, mark);
      guardian.remove(pid);
      resolve({ code, signal });
    });
  });
  return {
    pid,
    process: child,
    exited,
    kill: (signal) => child.exitCode === null && child.signalCode === null && child.kill(signal),
    async stop(timeoutMs) {
      child.kill('SIGTERM');
      if (!(await settledWithin(exited, timeoutMs)) && child.exitCode === null && child.signalCode === null) {
        send(-pid, 'SIGKILL');
      }
      return exited;
    },
  };
}

/** Says in words how a child ended: `exit code 3` or `signal SIGKILL`. */
export function describeExit({ code, signal }: ChildExit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}

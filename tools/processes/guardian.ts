/**
 * The supervisor's side of the guardian (`guardian.cjs`): tells it which processes to end if this process dies.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { childEnvironment } from './environment';
import { MARK_VARIABLE } from './identity.cjs';

/** A guardian that keeps dying (no memory, no processes available) is not started forever. */
const MAX_RESTARTS = 5;

/** Keeps a list of this process's children in a process that survives it. */
export class Guardian {
  /** The beginning of the mark of every process that this guardian looks after. */
  readonly mark = `pipeline-${randomBytes(8).toString('hex')}`;
  private process: ChildProcess | undefined;
  private readonly pids = new Set<number>();
  private restarts = 0;

  /**
   * Has a process ended if this process dies.
   *
   * @param pid a process that leads its own process group and carries `mark` in its environment.
   */
  add(pid: number): void {
    this.pids.add(pid);
    this.write(`add ${pid}`);
  }

  /** Forgets a process that has ended. The guardian itself ends when none is left. */
  remove(pid: number): void {
    if (!this.pids.delete(pid) || this.pids.size > 0) return;
    this.process?.stdin?.end('quit\n');
    this.process = undefined;
  }

  /** Starts the guardian, so that it is there before the first child. Called by itself when a child is added. */
  start(): void {
    if (this.process !== undefined) return;
    const guardian = spawn(process.execPath, [path.join(__dirname, 'guardian.cjs'), this.mark], {
      detached: true, // Ctrl-C in the terminal must not reach it.
      env: childEnvironment('local', { [MARK_VARIABLE]: '' }), // It must not carry its own mark.
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.process = guardian;
    guardian.stdin.on('error', () => undefined); // Its end is noticed by `exit`.
    guardian.on('exit', () => {
      if (this.process !== guardian) return;
      this.process = undefined;
      if (this.pids.size === 0 || this.restarts >= MAX_RESTARTS) return;
      this.restarts += 1;
      // Someone ended it. The children are still to be looked after, so there is a new one.
      this.start();
      for (const pid of this.pids) this.write(`add ${pid}`);
    });
    guardian.on('error', () => undefined);
    guardian.unref();
    (guardian.stdin as unknown as { unref(): void }).unref();
  }

  private write(line: string): void {
    this.start();
    this.process?.stdin?.write(`${line}\n`);
  }
}

/** The guardian of this process's children. */
export const guardian = new Guardian();

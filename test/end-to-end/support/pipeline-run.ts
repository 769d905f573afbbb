/** Runs `npm start` and `npm run pipeline` as a user does, and watches what they print. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STATES_ROOT } from '../../../local-run/paths';
import type { RunFile } from '../../../local-run/state/run-file';

const PROJECT = join(__dirname, '..', '..', '..');

/** What a finished command left. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function run(command: string, args: readonly string[], timeoutMs = 300_000): Promise<Finished> {
  const child = spawn(command, args, {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
}

/** Runs `npm run pipeline -- <args> --json` and returns the document; throws when it fails. */
export async function pipelineJson<T>(userId: string, ...args: readonly string[]): Promise<T> {
  const finished = await run('npm', ['run', '-s', 'pipeline', '--', ...args, '--user-id', userId, '--json']);
  if (finished.code !== 0) {
    throw new Error(
      `pipeline ${args.join(' ')} ended with ${finished.code}:\n${finished.stdout}\n${finished.stderr}`,
    );
  }
  return JSON.parse(finished.stdout) as T;
}

/** Removes the data of a user id. */
export async function reset(userId: string): Promise<void> {
  const { code, stdout, stderr } = await run('npm', ['run', '-s', 'reset', '--', '--user-id', userId]);
  if (code !== 0) throw new Error(`reset ended with ${code}:\n${stdout}\n${stderr}`);
}

/** A running `npm start`. */
export class PipelineRun {
  /** All that was printed so far. */
  output = '';
  private readonly child: ChildProcess;
  /** The exit code as a shell shows it (128 and more for a signal), once it has ended. */
  readonly ended: Promise<number>;

  constructor(
    readonly userId: string,
    ...args: readonly string[]
  ) {
    // A process group of its own, as in a terminal: Ctrl-C reaches npm and what it started.
    this.child = spawn('npm', ['start', '--', '--user-id', userId, ...args], {
      cwd: PROJECT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const collect = (text: string): void => {
      this.output += text;
    };
    this.child.stdout?.setEncoding('utf8').on('data', collect);
    this.child.stderr?.setEncoding('utf8').on('data', collect);
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
      });
    });
  }

  /** Waits until the pattern was printed `times` times. @throws Error when the run ends or the time is over before. */
  async printed(pattern: RegExp, times = 1, timeoutMs = 300_000): Promise<void> {
    const all = new RegExp(pattern.source, `${pattern.flags.replace('g', '')}g`);
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      await sleep(100);
      if ((this.output.match(all)?.length ?? 0) >= times) return;
      if (this.child.exitCode !== null || this.child.signalCode !== null) break;
    }
    throw new Error(`"${pattern.source}" was not printed ${times} times. What was printed:\n${this.output}`);
  }

  /** What `run.json` says now. */
  runFile(): RunFile {
    return JSON.parse(readFileSync(join(STATES_ROOT, this.userId, 'run.json'), 'utf8')) as RunFile;
  }

  /** Sends a signal to the whole group, as a terminal does, and waits for the end. */
  async interrupt(signal: NodeJS.Signals = 'SIGINT'): Promise<number> {
    const { pid } = this.child;
    if (pid === undefined) throw new Error('npm could not be started.');
    if (this.child.exitCode === null && this.child.signalCode === null) process.kill(-pid, signal);
    return this.ended;
  }
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

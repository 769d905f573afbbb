/** Runs `npm start` and `npm run pipeline` as a user does, and watches what they print. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmulatorReport } from '../../../services/emulator';
import { STATES_ROOT } from '../../../tools/local-run/paths';
import type { RunFile, RunFilePart } from '../../../tools/local-run/state/run-file';

const PROJECT = join(__dirname, '..', '..', '..');
/** A bound for a command, not an expectation. */
const COMMAND_LIMIT_MS = 1_200_000;
const RESTART_LIMIT_MS = 600_000;

/** What a finished command left. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. `onError` gets what it writes to standard error as it comes. */
export async function run(
  command: string,
  args: readonly string[],
  onError?: (text: string) => void,
): Promise<Finished> {
  const child = spawn(command, args, {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: COMMAND_LIMIT_MS,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onError?.(text);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
}

/** The document of a finished `npm run pipeline -- <args> --json`; throws when it failed. */
async function runPipeline<T>(
  userId: string,
  args: readonly string[],
  onError?: (text: string) => void,
): Promise<T> {
  const command = ['run', '-s', 'pipeline', '--', ...args, '--user-id', userId, '--json'];
  const finished = await run('npm', command, onError);
  if (finished.code !== 0) {
    throw new Error(
      `pipeline ${args.join(' ')} ended with ${finished.code}:\n${finished.stdout}\n${finished.stderr}`,
    );
  }
  return JSON.parse(finished.stdout) as T;
}

/** Runs `npm run pipeline -- <args> --json` and returns the document; throws when it fails. */
export function pipelineJson<T>(userId: string, ...args: readonly string[]): Promise<T> {
  return runPipeline<T>(userId, args);
}

/** A sending that is under way. */
export interface Sending<Report> {
  /** Rejects when the command fails. */
  readonly report: Promise<Report>;
}

/**
 * Starts `npm run pipeline -- emulate` and waits until it says that some of its posts are through, and not yet all: how
 * long that takes depends on the machine. With `--to both` it waits for both destinations, and the report is of type
 * `EmulatorReports`. @throws Error when it is over before.
 */
export async function startSending<Report = EmulatorReport>(
  userId: string,
  ...args: readonly string[]
): Promise<Sending<Report>> {
  const signs = args.includes('both')
    ? [/^topics: sent .* posts in .* s$/m, /^streams: sent .* posts in .* s$/m]
    : [/^sent .* posts in .* s$/m];
  let said = '';
  let isUnderWay: () => void = () => undefined;
  const underWay = new Promise<void>((resolve) => (isUnderWay = resolve));
  const report = runPipeline<Report>(userId, ['emulate', ...args], (text) => {
    said += text;
    if (signs.every((sign) => sign.test(said))) isUnderWay();
  });
  const isOver = report.then(() => {
    throw new Error(`The sending was over before anything could be done to it. It said: ${said}`);
  });
  isOver.catch(() => undefined); // It is over some day; anyone who waits for the report hears of it.
  await Promise.race([underWay, isOver]);
  return { report };
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

  /** Whether `npm start` is over. */
  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Waits until the pattern was printed `times` times. @throws Error when the run ends or the time is over before. */
  async printed(pattern: RegExp, times = 1, timeoutMs = 300_000): Promise<void> {
    const all = new RegExp(pattern.source, `${pattern.flags.replace('g', '')}g`);
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      await sleep(100);
      if ((this.output.match(all)?.length ?? 0) >= times) return;
      if (this.hasEnded) break;
    }
    throw new Error(`"${pattern.source}" was not printed ${times} times. What was printed:\n${this.output}`);
  }

  /** What `run.json` says now. */
  runFile(): RunFile {
    return JSON.parse(readFileSync(join(STATES_ROOT, this.userId, 'run.json'), 'utf8')) as RunFile;
  }

  /** The part of this name that runs now. */
  part(name: string): RunFilePart {
    const part = this.runFile().parts.find((one) => one.name === name);
    if (part === undefined) throw new Error(`There is no part ${name}. What was printed:\n${this.output}`);
    return part;
  }

  /** Waits until another process runs as the part: after a kill, the restart takes as long as it takes. */
  async restarted(before: RunFilePart): Promise<RunFilePart> {
    const deadline = Date.now() + RESTART_LIMIT_MS;
    while (Date.now() < deadline) {
      const now = this.part(before.name);
      if (now.pid !== before.pid) return now;
      await sleep(100);
    }
    throw new Error(`${before.name} was not started again. What was printed:\n${this.output}`);
  }

  /** Sends a signal to the whole group, as a terminal does, and waits for the end. */
  async interrupt(signal: NodeJS.Signals = 'SIGINT'): Promise<number> {
    const { pid } = this.child;
    if (pid === undefined) throw new Error('npm could not be started.');
    if (!this.hasEnded) process.kill(-pid, signal);
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

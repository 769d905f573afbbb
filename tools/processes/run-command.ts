/**
 * Runs a command to its end, keeping what it wrote.
 */
import { createInterface } from 'node:readline';
import { describeExit, startChild } from './child';
import { childEnvironment } from './environment';

/** Options of {@link runCommand}. */
export interface CommandOptions {
  readonly cwd?: string;
  /** The whole environment; by default that of a program that talks to this machine only. */
  readonly env?: Readonly<Record<string, string>>;
  /** The time limit in milliseconds. Default: 120,000. */
  readonly timeoutMs?: number;
  /** Ends the command when aborted. */
  readonly signal?: AbortSignal;
  /** Text for standard input, for what must not be in the arguments. */
  readonly input?: string;
  /** Called with each line of standard output and standard error. */
  readonly onLine?: (line: string) => void;
}

/** A command that failed. */
export class CommandError extends Error {
  /** What the command wrote, the end of it. */
  readonly output: string;

  constructor(message: string, output: string) {
    super(output === '' ? message : `${message}\n${output}`);
    this.name = 'CommandError';
    this.output = output;
  }
}

/** The most that is kept of a command's output, in characters. */
const MAX_OUTPUT = 200_000;
const QUOTED_LINES = 30;

/**
 * Runs a command.
 *
 * @returns standard output.
 * @throws CommandError when it cannot be started, fails, or takes too long; the reason of `signal` when aborted.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  options.signal?.throwIfAborted();
  const child = await startChild({
    command,
    args,
    cwd: options.cwd,
    env: options.env ?? childEnvironment('local'),
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const { stdin, stdout, stderr } = child.process;
  let output = '';
  let all = '';
  stdout?.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-MAX_OUTPUT);
  });
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      all = (all + text).slice(-MAX_OUTPUT);
    });
    if (stream && options.onLine) createInterface({ input: stream }).on('line', options.onLine);
  }
  stdin?.on('error', () => undefined); // It closed its input early; its exit code says whether that matters.
  stdin?.end(options.input);

  const timeoutMs = options.timeoutMs ?? 120_000;
  const limit = AbortSignal.timeout(timeoutMs);
  const end = AbortSignal.any([limit, ...(options.signal ? [options.signal] : [])]);
  const stop = (): void => void child.stop(2_000);
  end.addEventListener('abort', stop);
  const closed = new Promise<void>((resolve) => child.process.once('close', resolve));
  try {
    const exit = await child.exited;
    await closed;
    options.signal?.throwIfAborted();
    const name = [command, ...args].join(' ').slice(0, 200);
    const quoted = all.trimEnd().split('\n').slice(-QUOTED_LINES).join('\n');
    if (limit.aborted) throw new CommandError(`${name} did not end within ${timeoutMs / 1000} s.`, quoted);
    if (exit.code !== 0) throw new CommandError(`${name} failed with ${describeExit(exit)}.`, quoted);
    return output;
  } finally {
    end.removeEventListener('abort', stop);
  }
}

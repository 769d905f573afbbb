/** Runs a command of the table engine, or of its counterpart on Spark, against a deployment and returns what it printed. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PROJECT_ROOT } from '../../lib/packaging/project-root';
import { type Deployment, awsEnvironment } from './deployment';

/** How the engine is run. */
export interface TableEngineOptions {
  /** The Python interpreter of an environment that has the engine's packages. */
  readonly python: string;
  /** What the interpreter runs, by its arguments (default: the table engine, `['-m', 'table_engine']`). */
  readonly program?: readonly string[];
  /** Further arguments, for example `['--memory-limit', '1GB']`. */
  readonly args?: readonly string[];
  /** What the engine reads on its standard input (default: nothing). */
  readonly input?: AsyncIterable<string> | Iterable<string>;
  /** Ends the engine when it aborts. */
  readonly signal?: AbortSignal;
}

/** A command of the engine; their results are described in `docs/reference/table-engine.md`. */
type TableEngineCommand =
  | 'batch'
  | 'answers'
  | 'inspect'
  | 'inspect-streams'
  | 'reconcile'
  | 'replay-records'
  | 'replay-raw-files'
  | 'watch'
  | 'rejects'
  | 'trace'
  | 'report-facts'
  | 'query'
  | 'tables';

/** A command that failed. */
export class TableEngineFailure extends Error {
  override readonly name = 'TableEngineFailure';

  /** @param said the end of the engine's messages. */
  constructor(
    message: string,
    readonly said: string,
  ) {
    super(message);
  }
}

/** Starts a command; the caller feeds its standard input and reads its two outputs. */
export function spawnTableEngine(
  deployment: Deployment,
  command: TableEngineCommand,
  options: Omit<TableEngineOptions, 'input'>,
): ChildProcessWithoutNullStreams {
  const args = [
    ...(options.program ?? ['-m', 'table_engine']),
    command,
    '--bucket',
    deployment.outputs.SinkBucketName,
    '--user-id',
    deployment.userId,
    ...(options.args ?? []),
  ];
  return spawn(options.python, args, {
    cwd: join(PROJECT_ROOT, 'engines', 'table-engine'),
    env: awsEnvironment(deployment.aws),
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: options.signal,
    killSignal: 'SIGTERM',
  });
}

/**
 * Runs a command to its end.
 *
 * @param command `batch`, `answers`, `inspect` …
 * @returns the JSON document that the command printed.
 * @throws TableEngineFailure with the end of the engine's messages when it fails; the input's error when that does.
 */
export async function runTableEngine<T>(
  deployment: Deployment,
  command: TableEngineCommand,
  options: TableEngineOptions,
): Promise<T> {
  const child = spawnTableEngine(deployment, command, options);
  let output = '';
  let messages = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (messages = (messages + text).slice(-8000)));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const fed = pipeline(Readable.from(options.input ?? []), child.stdin).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  const code = await ended;
  const problem = await fed;
  if (code !== 0) {
    const said = messages.trim() || '(it said nothing)';
    throw new TableEngineFailure(
      `The command "${command}" of ${options.program === undefined ? 'the table engine' : 'the Spark job'} ended with exit code ${code ?? 'none (killed)'}:\n${said}`,
      said,
    );
  }
  if (problem !== undefined) throw problem;
  return JSON.parse(output) as T;
}

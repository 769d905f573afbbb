/**
 * A local part: a server process with a log file, waited for until it responds.
 */
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeExit, settledWithin, startChild, type ChildExit } from '../../processes/child';
import { limitLog, tail } from '../../processes/log-file';

/** A running part. */
export interface RunningPart {
  readonly name: string;
  readonly pid: number;
  /** The part's ports on 127.0.0.1 by purpose. */
  readonly ports: Readonly<Record<string, number>>;
  /** Where clients reach it. */
  readonly url: string;
  readonly logFile: string;
  /** Resolves when it has ended, for whatever reason. Never rejects. */
  readonly exited: Promise<ChildExit>;
  /** Stops it in order (SIGTERM), by force after a while. Resolves when nothing of it is left. */
  stop(): Promise<void>;
  /** Sends it a signal. */
  kill(signal: NodeJS.Signals): void;
}

/** What every part's starter takes. */
export interface PartOptions {
  /** The state folder; the part keeps its data in a folder of its own there, and its log in `logs/`. */
  readonly stateDir: string;
  /** Cancels the start and stops what was started, when aborted. */
  readonly signal?: AbortSignal;
}

/** What {@link startPart} needs. */
export interface PartSpec extends PartOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly url: string;
  /** Asks the part for a response; rejects while it does not give the right one. */
  readonly probe: () => Promise<void>;
  /** How long it may take until the probe succeeds. Default: 120,000 ms, for a busy machine. */
  readonly readyTimeoutMs?: number;
  /** How long it may take to stop in order. Default: 15,000 ms. */
  readonly stopTimeoutMs?: number;
}

const POLL_MS = 50;
const PROBE_TIMEOUT_MS = 5_000;
const LOG_CHECK_MS = 5_000;

/** Makes a folder for temporary files, without those that a killed part has left. @returns the folder. */
export function emptyFolder(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A message with the end of a part's log below it. */
export function withLog(message: string, logFile: string): string {
  const log = tail(logFile);
  return log === '' ? `${message} Its log ${logFile} is empty.` : `${message} The end of ${logFile}:\n${log}`;
}

/**
 * Starts a part and waits until it is ready.
 *
 * @throws Error with the end of its log when it ends early or is not ready in time; it is then stopped.
 */
export async function startPart(spec: PartSpec): Promise<RunningPart> {
  spec.signal?.throwIfAborted();
  const logFile = path.join(spec.stateDir, 'logs', `${spec.name}.log`);
  mkdirSync(path.dirname(logFile), { recursive: true });
  limitLog(logFile, 2 * 1024 * 1024);
  const log = openSync(logFile, 'a', 0o600);
  const child = await startChild({ ...spec, stdio: ['ignore', log, log] }).finally(() => {
    closeSync(log);
  });
  const limiter = setInterval(() => {
    limitLog(logFile);
  }, LOG_CHECK_MS).unref();
  void child.exited.then(() => {
    clearInterval(limiter);
  });
  const part: RunningPart = {
    name: spec.name,
    pid: child.pid,
    ports: spec.ports,
    url: spec.url,
    logFile,
    exited: child.exited,
    stop: async () => {
      await child.stop(spec.stopTimeoutMs ?? 15_000);
    },
    kill: (signal) => {
      child.kill(signal);
    },
  };
  try {
    await untilReady(spec, part);
  } catch (error) {
    await child.stop(2_000);
    throw error;
  }
  return part;
}

async function untilReady(spec: PartSpec, part: RunningPart): Promise<void> {
  const timeoutMs = spec.readyTimeoutMs ?? 120_000;
  const deadline = Date.now() + timeoutMs;
  const ended: { exit?: ChildExit } = {};
  void part.exited.then((exit) => (ended.exit = exit));
  let last: unknown = new Error('it did not respond');
  for (;;) {
    spec.signal?.throwIfAborted();
    if (ended.exit !== undefined) {
      throw new Error(
        withLog(`${spec.name} ended at its start with ${describeExit(ended.exit)}.`, part.logFile),
      );
    }
    if (Date.now() > deadline) {
      const reason = last instanceof Error ? last.message : String(last);
      throw new Error(
        withLog(`${spec.name} was not ready after ${timeoutMs / 1000} s (${reason}).`, part.logFile),
      );
    }
    const attempt = spec.probe();
    if (await settledWithin(Promise.race([attempt, part.exited]), PROBE_TIMEOUT_MS)) {
      try {
        await Promise.race([attempt, part.exited]);
        if (!('exit' in ended)) return;
      } catch (error) {
        last = error;
      }
    } else {
      attempt.catch(() => undefined);
      last = new Error(`no response within ${PROBE_TIMEOUT_MS / 1000} s`);
    }
    await sleep(POLL_MS);
  }
}

/** A probe by HTTP: the address must respond with status 200. */
export function httpProbe(url: string): () => Promise<void> {
  return async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${url} responded with status ${response.status}`);
  };
}

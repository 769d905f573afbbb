/**
 * `run.json`: what runs and where, for the command line, and for anyone who cleans up after a crash. No secrets.
 */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { markedProcesses, send, startTime } from '../../processes/identity.cjs';
import { writeJson } from './state-folder';

/** A part in `run.json`. */
export interface RunFilePart {
  readonly name: string;
  readonly pid: number;
  /** Names the process together with the pid; only to be compared. */
  readonly startTime: string;
  readonly port: number;
  readonly logFile: string;
}

/** The content of `run.json`; see `docs/reference/local-run.md`. */
export interface RunFile {
  readonly userId: string;
  readonly startedAt: string;
  readonly supervisorPid: number;
  /** What the mark of every process of this run begins with. */
  readonly mark: string;
  readonly region: string;
  readonly endpointUrl: string;
  readonly accessKeyId: string;
  readonly bootstrapServers: string;
  readonly connectUrl: string;
  readonly restProxyUrl: string;
  readonly database: { readonly host: string; readonly port: number };
  readonly parts: readonly RunFilePart[];
}

function file(folder: string): string {
  return path.join(folder, 'run.json');
}

/** What `run.json` says; undefined when there is none that can be read. */
export function readRunFile(folder: string): RunFile | undefined {
  try {
    return JSON.parse(readFileSync(file(folder), 'utf8')) as RunFile;
  } catch {
    return undefined; // Writing it is a single step, so half of one is no run of ours.
  }
}

/** Writes `run.json` in one step. */
export function writeRunFile(folder: string, run: RunFile): void {
  writeJson(file(folder), run);
}

/** Removes `run.json`: nothing runs. */
export function removeRunFile(folder: string): void {
  rmSync(file(folder), { force: true });
}

/** A part of a run, and whether its process is there. */
export interface RunPartState extends RunFilePart {
  readonly runs: boolean;
}

/** The parts that `run.json` names, each with whether it runs; none when there is no such file. */
export function readRunParts(folder: string): RunPartState[] {
  let parts: unknown;
  try {
    ({ parts } = JSON.parse(readFileSync(file(folder), 'utf8')) as { parts?: unknown });
  } catch {
    return [];
  }
  const named = Array.isArray(parts) ? (parts as RunFilePart[]) : [];
  return named.map((part) => ({ ...part, runs: startTime(part.pid) === part.startTime }));
}

/** The processes of a crashed run that are still there, by what its `run.json` says. */
export function leftovers(folder: string): { name: string; pid: number }[] {
  let run: Partial<RunFile> | null;
  try {
    run = JSON.parse(readFileSync(file(folder), 'utf8')) as Partial<RunFile> | null;
  } catch {
    return [];
  }
  const found = new Map<number, string>();
  const parts: readonly (Partial<RunFilePart> | null)[] = Array.isArray(run?.parts)
    ? (run.parts as RunFilePart[])
    : [];
  for (const part of parts) {
    const { name, pid, startTime: started } = part ?? {};
    if (typeof pid === 'number' && typeof started === 'string' && startTime(pid) === started) {
      found.set(pid, name ?? 'a part');
    }
  }
  if (typeof run?.mark === 'string' && run.mark.startsWith('pipeline-')) {
    for (const pid of markedProcesses(run.mark)) if (!found.has(pid)) found.set(pid, 'a child process');
  }
  return [...found].map(([pid, name]) => ({ name, pid }));
}

/**
 * Ends what a crashed run left behind.
 *
 * @param onEnd called for each process found.
 * @throws Error naming the processes that cannot be ended.
 */
export async function endLeftovers(
  folder: string,
  onEnd: (process: { name: string; pid: number }) => void,
): Promise<void> {
  const first = leftovers(folder);
  for (const one of first) {
    onEnd(one);
    send(one.pid, 'SIGTERM');
    send(one.pid, 'SIGCONT'); // A frozen process takes no other signal.
  }
  const started = Date.now();
  for (let rest = first; rest.length > 0; rest = leftovers(folder)) {
    const waited = Date.now() - started;
    if (waited > 15_000) {
      const names = rest.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ');
      throw new Error(`Processes of an earlier run cannot be ended: ${names}. End them, then start again.`);
    }
    if (waited > 10_000) for (const { pid } of rest) send(pid, 'SIGKILL');
    await sleep(100);
  }
  removeRunFile(folder);
}

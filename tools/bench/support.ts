/** What several benchmarks need: scratch folders, the memory of processes, timed commands. */
import { type SpawnOptions, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { childEnvironment } from '../processes/environment';

/** Gives `use` an empty folder that is removed afterwards. */
export async function withScratchFolder<T>(name: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), `pipeline-bench-${name}-`));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How a local AWS that a benchmark has to itself is reached; it takes any keys. */
export function scratchAws(endpoint: string): {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
} {
  return { region: 'us-east-1', endpoint, credentials: { accessKeyId: 'BENCH', secretAccessKey: 'bench' } };
}

/** A field of `/proc/<pid>/status` in MiB; 0 for a process that is gone. Linux only. */
export function statusMiB(pid: number, field: 'VmHWM' | 'VmRSS'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The resident memory of all processes whose environment holds a mark, in MiB. Shared pages count in each. */
export function markedMiB(mark: string): number {
  let total = 0;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      if (readFileSync(`/proc/${entry}/environ`, 'latin1').includes(mark)) {
        total += statusMiB(Number(entry), 'VmRSS');
      }
    } catch {
      // It is gone, or another user's.
    }
  }
  return total;
}

/**
 * Seconds of processor time that a process has used, its threads but not its children; 0 for one that is gone. Steadier
 * than time on a shared machine. Linux only.
 */
export function processorSeconds(pid: number): number {
  try {
    // After the command's name, which may have spaces, fields 12 and 13 are user and system time in ticks of 10 ms.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

/** A process and all that descend from it, of those there are now. Linux only. */
function familyOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const parent = Number(readFileSync(`/proc/${entry}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // It is gone.
    }
  }
  const family = [pid];
  for (const member of family) family.push(...(children.get(member) ?? []));
  return family;
}

/** The size of all files of a folder and the folders in it, in MiB. */
export function folderMiB(folder: string): number {
  return (
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0) /
    2 ** 20
  );
}

/** A finished command. */
export interface Timed {
  readonly stdout: string;
  readonly seconds: number;
  /** Processor time of the process itself, or of its family, in seconds. */
  readonly processorSeconds: number;
  /** The most resident memory of the process itself, or of its family at one time, in MiB. */
  readonly peakMiB: number;
}

/** Options of {@link timed}. */
export interface TimedOptions extends SpawnOptions {
  /** Whether what descends from the process counts as well; its memory is then looked at ten times a second. */
  readonly family?: boolean;
}

/** Runs a command to its end. @throws Error with its messages when it fails. */
export async function timed(
  command: string,
  args: readonly string[],
  { family = false, ...options }: TimedOptions = {},
): Promise<Timed> {
  const began = performance.now();
  const child = spawn(command, args, {
    env: childEnvironment('person'),
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let peakMiB = 0;
  const processor = new Map<number, number>();
  const sampling = setInterval(
    () => {
      const own = child.pid ?? 0;
      const pids = family ? familyOf(own) : [own];
      const resident = pids.reduce((sum, pid) => sum + statusMiB(pid, 'VmRSS'), 0);
      peakMiB = Math.max(peakMiB, family ? resident : statusMiB(own, 'VmHWM'));
      for (const pid of pids) processor.set(pid, Math.max(processor.get(pid) ?? 0, processorSeconds(pid)));
    },
    family ? 100 : 20,
  );
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => {
    clearInterval(sampling);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`);
  const processorTime = [...processor.values()].reduce((sum, one) => sum + one, 0);
  return { stdout, seconds: (performance.now() - began) / 1000, processorSeconds: processorTime, peakMiB };
}

/** Writes a progress line to standard error. */
export function progress(line: string): void {
  console.error(line);
}

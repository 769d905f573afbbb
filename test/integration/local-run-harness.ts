/**
 * What the tests of `npm start` share: a start as a terminal does it, its output, and what it leaves running.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STATES_ROOT, PROJECT_ROOT } from '../../tools/local-run/paths';
import type { RunFile } from '../../tools/local-run/state/run-file';

/** How a start ended. */
export interface StartEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A start under way. */
export interface Start {
  readonly pid: number;
  readonly process: ChildProcess;
  /** What it has written so far, both streams. */
  output(): string;
  /** Waits until its output matches; rejects when it ends before, or after `seconds`. */
  until(pattern: RegExp, seconds?: number): Promise<void>;
  /** Signals its process group, as a terminal does on Ctrl-C. */
  interrupt(signal?: NodeJS.Signals): void;
  /** Waits for its end. */
  ended(seconds?: number): Promise<StartEnd>;
}

/** Starts a command in a process group of its own. */
export function startCommand(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Start {
  const child = spawn(command, args, {
    cwd: PROJECT_ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    stream.on('error', () => undefined);
  }
  const end = new Promise<StartEnd>((resolve) => {
    child.on('exit', (code, signal) => {
      resolve({ code, signal });
    });
  });
  let ended: StartEnd | undefined;
  void end.then((value) => (ended = value));
  const pid = child.pid ?? 0;
  return {
    pid,
    process: child,
    output: () => output,
    until: async (pattern, seconds = 400) => {
      for (const late = Date.now() + seconds * 1000; !pattern.test(output);) {
        if (ended !== undefined || Date.now() > late) {
          throw new Error(
            `${String(pattern)} did not come. Ended: ${JSON.stringify(ended)}. Output:\n${output}`,
          );
        }
        await sleep(20);
      }
    },
    interrupt: (signal = 'SIGINT') => {
      process.kill(-pid, signal);
    },
    ended: async (seconds = 300) => {
      const late = new Promise<never>((_, reject) => {
        setTimeout(() => {
          reject(new Error(`It did not end within ${seconds} s. Output:\n${output}`));
        }, seconds * 1000).unref();
      });
      return Promise.race([end, late]);
    },
  };
}

/** Runs `node tools/cli/start.mjs`, which is what `npm start` does. */
export function start(args: readonly string[], env?: Readonly<Record<string, string>>): Start {
  return startCommand(process.execPath, ['tools/cli/start.mjs', ...args], env);
}

/** Runs `tools/cli/reset.ts`, which is what `npm run reset` does. */
export function startReset(userId: string): Start {
  return startCommand(process.execPath, ['--import', 'tsx', 'tools/cli/reset.ts', '--user-id', userId]);
}

/** The processes in whose arguments or environment a text stands, this one left out; by /proc. */
export function processesWith(text: string): string[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      const commandLine = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
      return `${commandLine}${environment}`.includes(text) ? [`${name} ${commandLine}`] : [];
    } catch {
      return [];
    }
  });
}

/** Waits until no process mentions a text, and gives those that still do after `seconds`. */
export async function untilNoneWith(text: string, seconds = 90): Promise<string[]> {
  let left = processesWith(text);
  for (const late = Date.now() + seconds * 1000; left.length > 0 && Date.now() < late;) {
    await sleep(100);
    left = processesWith(text);
  }
  return left;
}

/** The `run.json` of a user id's run. */
export function runFile(userId: string): RunFile {
  return JSON.parse(readFileSync(path.join(STATES_ROOT, userId, 'run.json'), 'utf8')) as RunFile;
}

/** How a run says that both paths' records are all there, once a path. */
export const RECONCILED =
  /pin: missing 0, duplicate 0\ngeo: missing 0, duplicate 0\nuser: missing 0, duplicate 0/g;

/** The starts of one user id in a test file. */
export class Starts {
  private readonly all: Start[] = [];
  /** The state folder. */
  readonly folder: string;
  /** Arguments of a short run. */
  readonly few: readonly string[];

  constructor(readonly userId: string) {
    this.folder = path.join(STATES_ROOT, userId);
    this.few = ['--user-id', userId, '--posts', '300'];
  }

  /** As {@link start}; {@link endAll} ends it. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Start {
    return this.keep(start(args, env));
  }

  /** As {@link startCommand}; {@link endAll} ends it. */
  command(command: string, args: readonly string[]): Start {
    return this.keep(startCommand(command, args));
  }

  private keep(started: Start): Start {
    this.all.push(started);
    return started;
  }

  /** Kills what still runs of them, and waits until it has gone. */
  async endAll(): Promise<void> {
    const live = this.all
      .splice(0)
      .filter(({ process: { exitCode, signalCode } }) => (exitCode ?? signalCode) === null);
    for (const one of live) one.interrupt('SIGKILL');
    if (live.length > 0) await untilNoneWith(`/state/${this.userId}`);
  }
}

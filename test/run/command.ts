/** Commands of suites: their environment, and their output, each line led by the name of the suite. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type SpawnOptions, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { PROJECT_ROOT } from '../../tools/local-run/paths';
import { childEnvironment } from '../../tools/processes/environment';

/** What suites get of this process's own variables, besides what every installer gets. */
const PASSED_ON = ['PIPELINE_LOCAL_DIR', 'TESTS_SEED', 'TESTS_EXHAUSTIVE', 'CHROMIUM'];

/** A suite that runs: its name, and the priority of its commands as in `nice` (0 is the usual, 19 the lowest). */
export interface RunningSuite {
  readonly name: string;
  readonly niceness: number;
}

/** The suite that runs. */
export const runningSuite = new AsyncLocalStorage<RunningSuite>();

/** Writes a line of the suite that runs. */
export function say(line: string): void {
  console.log(`${(runningSuite.getStore()?.name ?? '').padEnd(11)} | ${line}`);
}

/** What suites get: as installers, because they install. */
export function suiteEnvironment(additions: Readonly<Record<string, string>> = {}): Record<string, string> {
  const own = PASSED_ON.flatMap((name): [string, string][] => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return childEnvironment('installer', { ...Object.fromEntries(own), ...additions });
}

/** Runs a command, passes on what it writes, line by line, and returns its exit code. */
export function run(
  command: string,
  args: readonly string[],
  options: Omit<SpawnOptions, 'stdio'> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: PROJECT_ROOT,
      env: suiteEnvironment(),
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { niceness = 0 } = runningSuite.getStore() ?? {};
    // Its own children inherit it. A process that could not be started has no id.
    if (niceness !== 0 && child.pid !== undefined) setPriority(child.pid, niceness);
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', say);
    child.on('error', reject);
    child.on('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

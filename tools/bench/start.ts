/** `npm start -- --once` with the local parts installed: at first without, then with data. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureParts } from '../local-run/install';
import { PROJECT_ROOT, STATES_ROOT } from '../local-run/paths';
import type { RunFile } from '../local-run/state/run-file';
import type { Benchmark, Figure } from './benchmark';
import { residentMiB } from './process-usage';
import { progress, timed } from './support';

const USER_ID = 'bench-start';
const RUN_FILE = join(STATES_ROOT, USER_ID, 'run.json');

/** The resident memory of all processes of the run, in MiB, by its mark in their environment. Shared pages count in each. */
function runMiB(): number {
  if (!existsSync(RUN_FILE)) return 0;
  let total = 0;
  try {
    const { mark } = JSON.parse(readFileSync(RUN_FILE, 'utf8')) as RunFile;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark)) continue;
        total += residentMiB(pid);
      } catch {
        // It is gone, or another user's.
      }
    }
  } catch {
    // The run's file was being replaced.
  }
  return total;
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description: '`npm start -- --once`, parts installed, from the command to its end',
  unit: 'posts',
  sizes: [11_000],
  async run(posts) {
    await ensureParts(progress);
    const reset = (): Promise<unknown> =>
      timed('npm', ['run', '-s', 'reset', '--', '--user-id', USER_ID], { cwd: PROJECT_ROOT });
    await reset();
    const figures: Figure[] = [];
    for (const [name, aim] of [
      ['first run, no data yet', '< 90'],
      ['second run, data there', '< 60'],
    ] as const) {
      let memory = 0;
      const sampling = setInterval(() => (memory = Math.max(memory, runMiB())), 500);
      const args = ['start', '--', '--once', '--posts', String(posts), '--user-id', USER_ID];
      const { seconds } = await timed('npm', args, { cwd: PROJECT_ROOT }).finally(() => {
        clearInterval(sampling);
      });
      figures.push(
        { name, value: seconds, unit: 's', aim },
        { name: `${name}: most memory of all processes`, value: memory, unit: 'MiB', aim: '< 3072' },
      );
    }
    await reset();
    return figures;
  },
};

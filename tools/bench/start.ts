/**
 * `npm start -- --once` with 11,000 posts, with the local parts installed: at first without, then with data.
 *
 * `npm run bench -- start [posts]`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT, STATES_ROOT } from '../local-run/paths';
import type { RunFile } from '../local-run/state/run-file';
import type { Benchmark, Figure } from './benchmark';
import { markedMiB, timed } from './support';

const USER_ID = 'bench-start';

/** Samples the memory of all processes of the run every half second until `work` is done. */
async function withMemory<T>(work: Promise<T>): Promise<{ result: T; peakMiB: number }> {
  const file = join(STATES_ROOT, USER_ID, 'run.json');
  let peakMiB = 0;
  const sampling = setInterval(() => {
    if (!existsSync(file)) return;
    try {
      const { mark } = JSON.parse(readFileSync(file, 'utf8')) as RunFile;
      peakMiB = Math.max(peakMiB, markedMiB(mark));
    } catch {
      // It was being replaced.
    }
  }, 500);
  try {
    return { result: await work, peakMiB };
  } finally {
    clearInterval(sampling);
  }
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description: '`npm start -- --once`, parts installed, from the command to its end',
  async run([posts = '11000']) {
    const reset = (): Promise<unknown> =>
      timed('npm', ['run', '-s', 'reset', '--', '--user-id', USER_ID], { cwd: PROJECT_ROOT });
    const start = (): Promise<{ result: { seconds: number }; peakMiB: number }> =>
      withMemory(
        timed('npm', ['start', '--', '--once', '--posts', posts, '--user-id', USER_ID], {
          cwd: PROJECT_ROOT,
        }),
      );
    await reset();
    const figures: Figure[] = [];
    for (const [name, aim] of [
      ['first run, no data yet', '< 90'],
      ['second run, data there', '< 60'],
    ] as const) {
      const { result, peakMiB } = await start();
      figures.push(
        { name: `${name}: ${posts} posts`, value: result.seconds, unit: 's', aim },
        { name: `${name}: most memory of all processes`, value: peakMiB, unit: 'MiB', aim: '< 3072' },
      );
    }
    await reset();
    return figures;
  },
};

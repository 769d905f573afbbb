/**
 * The live page of a run with ten random posts a second: how soon it shows something, and what memory it holds while it
 * stays open. Memory is compared with that after the first minutes, when everything has been read once.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Browser, type CDPSession } from 'playwright-core';
import { launchBrowser } from '../../test/browser/support/launch';
import { addressIn } from '../../test/browser/support/running';
import { PipelineRun, reset } from '../../test/end-to-end/support/pipeline-run';
import { ensureParts } from '../local-run/install';
import { STATES_ROOT } from '../local-run/paths';
import type { RunFile } from '../local-run/state/run-file';
import type { Benchmark, Figure } from './benchmark';
import { residentMiB } from './process-usage';
import { median, progress } from './support';

const USER_ID = 'bench-live-page';
const VISITS = 5;
/** By then all that the page can show has been read once. */
const SETTLED_MINUTES = 3;

/** The process of the run that serves the page, and the table engine that watches the tables for it. */
function serverPids(): { run: string; watch: string } {
  const { supervisorPid } = JSON.parse(
    readFileSync(join(STATES_ROOT, USER_ID, 'run.json'), 'utf8'),
  ) as RunFile;
  const watch = readdirSync('/proc').find((name) => {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return command.includes('table_engine\0watch') && command.includes(`\0${USER_ID}\0`);
    } catch {
      return false; // No process, or one that has ended.
    }
  });
  if (watch === undefined) throw new Error('No table engine watches the tables: is the page open?');
  return { run: String(supervisorPid), watch };
}

/** Milliseconds from the request to the first content, in a new context. */
async function firstView(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return await page.evaluate<number>(`performance.getEntriesByName('first-contentful-paint')[0].startTime`);
  } finally {
    await context.close();
  }
}

/** Memory in MiB, by name. */
async function memory(session: CDPSession): Promise<Record<string, number>> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { run, watch } = serverPids();
  return {
    "the page's objects": usedSize / 2 ** 20,
    'the process that serves it': residentMiB(run),
    'the table engine that watches': residentMiB(watch),
  };
}

async function measure(url: string, minutes: number): Promise<Figure[]> {
  const server = await launchBrowser();
  try {
    const browser = await chromium.connect(server.wsEndpoint());
    const views: number[] = [];
    for (let visit = 0; visit < VISITS; visit += 1) views.push(await firstView(browser, url));
    const page = await browser.newPage();
    const session = await page.context().newCDPSession(page);
    await page.goto(url);
    await sleep(SETTLED_MINUTES * 60_000);
    const settled = await memory(session);
    await sleep(Math.max(0, minutes - SETTLED_MINUTES) * 60_000);
    const last = await memory(session);
    return [
      { name: 'first view', value: median(views), unit: 'ms', aim: '< 1000' },
      ...Object.keys(last).flatMap((name): Figure[] => [
        { name: `${name}: after ${SETTLED_MINUTES} minutes`, value: settled[name] ?? NaN, unit: 'MiB' },
        { name: `${name}: at the end`, value: last[name] ?? NaN, unit: 'MiB' },
      ]),
    ];
  } finally {
    await server.close();
  }
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description:
    'The live page of a run with ten random posts a second: first view, and memory while it stays open',
  unit: 'minutes',
  sizes: [60],
  async run(minutes) {
    await ensureParts(progress);
    await reset(USER_ID);
    const run = new PipelineRun(USER_ID, '--posts', '300');
    try {
      await run.printed(/Random posts continue/);
      return await measure(addressIn(run.output), minutes);
    } finally {
      await run.interrupt();
      await reset(USER_ID);
    }
  },
};

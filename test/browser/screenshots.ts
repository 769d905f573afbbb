/** `npm run screenshots`: takes the pictures of README.md and docs/tour.md from a pipeline that runs, into docs/images/. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type BrowserContextOptions, type Page } from 'playwright-core';
import { PROJECT_ROOT } from '../../tools/local-run/paths';
import { exemptLoopback } from '../../tools/processes/environment';
import { PipelineRun, pipelineJson, reset } from '../end-to-end/support/pipeline-run';
import { launchBrowser } from './support/launch';
import { controlOf, goTo, operate, rateOf, stationOf, verdictOf } from './support/page-parts';
import { addressIn } from './support/running';
import { eventually } from './support/visit';

const USER_ID = 'pictures';
const FOLDER = path.join(PROJECT_ROOT, 'docs', 'images');
const LAPTOP = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 } };

/** A picture: how the page is opened, and what is done before it is taken. */
interface Picture {
  readonly name: string;
  readonly options: BrowserContextOptions;
  readonly prepare?: (page: Page) => Promise<unknown>;
}

const PICTURES: readonly Picture[] = [
  { name: 'flow', options: LAPTOP },
  { name: 'flow-dark', options: { ...LAPTOP, colorScheme: 'dark' } },
  { name: 'phone', options: PHONE },
  { name: 'answers', options: LAPTOP, prepare: (page) => goTo(page, 'Answers') },
  {
    name: 'trace',
    options: LAPTOP,
    prepare: async (page) => {
      await goTo(page, 'Records');
      await operate(controlOf(page, 'Trace a post'), 'Trace', { 'Row number (ind)': 7 });
      await controlOf(page, 'Trace a post').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'sql',
    options: LAPTOP,
    prepare: async (page) => {
      await goTo(page, 'SQL');
      await operate(controlOf(page, 'Query'), 'Run Ctrl Enter');
    },
  },
  {
    name: 'killed',
    options: LAPTOP,
    prepare: async (page) => {
      await operate(controlOf(page, 'Break a part'), 'Kill', { Part: 'kafka', Action: 'kill' });
      await stationOf(page, 'Kafka').getByText('starting').waitFor();
      await stationOf(page, 'Kafka').scrollIntoViewIfNeeded();
    },
  },
];

/** Waits until the page shows figures that move, and the first reconciliation. */
async function untilAlive(page: Page): Promise<void> {
  await verdictOf(page).filter({ hasText: 'missing' }).waitFor();
  await eventually(
    () => rateOf(page, 'Streaming tables'),
    (rate) => rate > 0,
  );
}

async function take(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  await reset(USER_ID);
  const server = await launchBrowser();
  const browser = await chromium.connect(server.wsEndpoint());
  const run = new PipelineRun(USER_ID, ...process.argv.slice(2));
  const open = async (options: BrowserContextOptions): Promise<Page> => {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(120_000);
    return context.newPage();
  };
  const save = async (page: Page, name: string): Promise<void> => {
    await page.screenshot({ path: path.join(FOLDER, `${name}.png`), animations: 'disabled' });
    await page.context().close();
    console.log(`docs/images/${name}.png`);
  };
  try {
    await run.printed(/Random posts continue/, 1, 900_000);
    for (const { name, options, prepare } of PICTURES) {
      const page = await open(options);
      await page.goto(addressIn(run.output));
      await untilAlive(page);
      await prepare?.(page);
      await save(page, name);
    }
    const { file } = await pipelineJson<{ readonly file: string }>(USER_ID, 'report');
    const report = await open(LAPTOP);
    await report.goto(pathToFileURL(file).href);
    await save(report, 'report');
  } finally {
    await browser.close();
    await server.close();
    await run.interrupt();
    await reset(USER_ID);
  }
}

exemptLoopback();
take().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

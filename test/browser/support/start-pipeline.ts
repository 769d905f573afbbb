/** Starts the pipeline and the browser before the first file of their project; `stop-pipeline.ts` ends them. */
import { LocalPipeline } from '../../../tools/local-run/local-pipeline';
import { PipelineRun, reset } from '../../end-to-end/support/pipeline-run';
import { launchBrowser } from './launch';
import { addressIn, VARIABLE, type Running } from './running';

const USER_ID = 'browser';
/** Few posts, and then few a second: the page is looked at, not the data. */
const OPTIONS = ['--posts', '300'];
const RATE = 3;

/** What ends all of it, kept where the teardown finds it. */
export const started: { stop?: () => Promise<void> } = ((
  globalThis as { pipelinePage?: { stop?: () => Promise<void> } }
).pipelinePage ??= {});

export default async function startPipeline(): Promise<void> {
  await reset(USER_ID);
  const browser = await launchBrowser();
  const run = new PipelineRun(USER_ID, ...OPTIONS);
  started.stop = async () => {
    const died = run.hasEnded;
    await browser.close();
    await run.interrupt();
    await reset(USER_ID);
    if (died) throw new Error(`The pipeline ended before its tests. What it printed:\n${run.output}`);
  };
  try {
    await run.printed(/Random posts continue/);
    await new LocalPipeline(USER_ID).setEmulator({ rate: RATE });
    const url = addressIn(run.output);
    // A page that stays open: without one, the server begins to read the pipeline again for each test.
    const { body } = await fetch(`${url}/events`);
    void body?.pipeTo(new WritableStream()).catch(() => undefined);
    const found: Running = { userId: USER_ID, url, browser: browser.wsEndpoint() };
    process.env[VARIABLE] = JSON.stringify(found);
  } catch (error) {
    await started.stop();
    throw error;
  }
}

/** What all files of the project `browser` share: one pipeline, its page, and one Chromium. */
import type { PipelineRun } from '../../end-to-end/support/pipeline-run';

/** Where `start-pipeline.ts` leaves what the files need. */
export const VARIABLE = 'TEST_PAGE';

/** Where page and browser are. */
export interface Running {
  readonly userId: string;
  /** The page's address, as `npm start` prints it. */
  readonly url: string;
  /** Of the browser, for `chromium.connect`. */
  readonly browser: string;
}

/** What runs. @throws Error outside of the project that starts it. */
export function running(): Running {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error('No page is there: run this file with "--selectProjects browser".');
  return JSON.parse(text) as Running;
}

/** The address of the page once `npm start` has printed it. */
export async function pageOf(run: PipelineRun): Promise<string> {
  const address = /http:\/\/127\.0\.0\.1:\d+\/(?= |$)/m;
  await run.printed(address);
  return address.exec(run.output)?.[0] ?? '';
}

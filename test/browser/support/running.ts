/** What all files of the project `browser` share: one pipeline, its page, and one Chromium. */
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

/** The address of a page in what the command that serves it prints. */
export function addressIn(output: string): string {
  return /Live page: (http:\S+)/.exec(output)?.[1] ?? '';
}

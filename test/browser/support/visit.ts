/** A person's visits of the page: each in a browser's context of its own. Whatever goes wrong in one fails the test. */
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  type Response,
} from 'playwright-core';
import { setTimeout as sleep } from 'node:timers/promises';
import { running } from './running';

/** A bound for what is waited for, not an expectation: a busy machine takes several times as long. */
const LIMIT_MS = 60_000;

/** An open page. */
export interface Visit {
  readonly page: Page;
  /** What the page loaded, in order. */
  readonly responses: readonly Response[];
  /** Errors of the console (also what the security policy refused), exceptions, and requests to elsewhere. */
  readonly problems: string[];
}

/**
 * Opens the page.
 *
 * @param options of the browser: size, colour scheme.
 * @param url default: the page of the pipeline that runs for all files.
 * @param prepare what is done before it is opened.
 */
export type OpenPage = (
  options?: BrowserContextOptions,
  url?: string,
  prepare?: (context: BrowserContext) => Promise<void>,
) => Promise<Visit>;

/** Gives the tests of a file the browser: visits end with their test, which fails when one had a problem. */
export function useBrowser(): OpenPage {
  let browser: Browser;
  let visits: Visit[] = [];

  beforeAll(async () => {
    browser = await chromium.connect(running().browser);
  });
  afterEach(async () => {
    const over = visits;
    visits = [];
    for (const { page } of over) await page.context().close();
    expect(over.flatMap(({ problems }) => problems)).toEqual([]);
  });
  afterAll(() => browser.close());

  return async (options = {}, url = running().url, prepare = () => Promise.resolve()) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(LIMIT_MS);
    const page = await context.newPage();
    const visit = { page, responses: responsesOf(page), problems: problemsOf(page, new URL(url).origin) };
    visits.push(visit);
    await prepare(context);
    await page.goto(url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return visit;
  };
}

function responsesOf(page: Page): readonly Response[] {
  const responses: Response[] = [];
  page.on('response', (response) => responses.push(response));
  return responses;
}

function problemsOf(page: Page, origin: string): string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('request', (request) => {
    const to = new URL(request.url());
    // A blob is a download that the page has made itself.
    if (to.origin !== origin && to.protocol !== 'data:') problems.push(`a request to ${to.href}`);
  });
  return problems;
}

/**
 * Reads again and again until what is read is right, and returns it.
 *
 * @throws Error with what was read last, after a minute.
 */
export async function eventually<T>(read: () => Promise<T>, isRight: (value: T) => boolean): Promise<T> {
  for (const late = Date.now() + LIMIT_MS; ;) {
    const value = await read();
    if (isRight(value)) return value;
    if (Date.now() > late) throw new Error(`It did not become right. Last: ${JSON.stringify(value)}`);
    await sleep(50);
  }
}

/** What dies shows red and comes back, with nothing missing and nothing duplicate; so does the page's own server. */
import type { Page } from 'playwright-core';
import { startCommand, type Start } from '../integration/local-run-harness';
import { buttonOf, controlOf, goTo, operate, stationOf, verdictOf } from './support/page-parts';
import { addressIn, running } from './support/running';
import { eventually, useBrowser } from './support/visit';

const open = useBrowser();

/** Red, green and blue of a text. */
async function colourOf(page: Page, selector: string): Promise<number[]> {
  const colour = await page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).color`);
  return (/\d+/g.exec(colour) ?? []).map(Number);
}

/** Waits until the records have been counted from now on, and are all accounted for. */
async function untilAccountedFor(page: Page): Promise<void> {
  const from = Date.now();
  const counted = page.getByText(/^Counted/);
  await eventually(
    async () => Number(/(\d+) s ago/.exec(await counted.innerText())?.[1]),
    (seconds) => Date.now() - seconds * 1000 > from,
  );
  await verdictOf(page).filter({ hasText: 'All records accounted for: 0 missing, 0 duplicate' }).waitFor();
}

/** Servers of the same pipeline's page, each a process of its own. */
const servers: Start[] = [];
afterAll(() => {
  for (const { process: server } of servers) server.kill('SIGKILL');
});

/** Starts one, and returns it when it serves. */
async function serve(...options: string[]): Promise<Start> {
  const args = ['tools/cli/pipeline.ts', 'web', '--user-id', running().userId, ...options];
  const server = startCommand(process.execPath, ['--import', 'tsx', ...args]);
  servers.push(server);
  await server.until(/Live page: \S+\n/);
  return server;
}

test('Kafka, killed by its button, shows red and recovers; nothing is missing or duplicate', async () => {
  const { page } = await open();
  const kafka = stationOf(page, 'Kafka');
  await operate(controlOf(page, 'Break a part'), 'Kill', { Part: 'kafka', Action: 'kill' });
  await kafka.getByText('starting').waitFor();
  const [red = 0, green = 0, blue = 0] = await colourOf(page, '.station.down .state');
  expect(red).toBeGreaterThan(1.5 * Math.max(green, blue));
  await kafka.getByText('starting').waitFor({ state: 'detached' });
  await untilAccountedFor(page);
});

test('a frozen part shows it, and thaws', async () => {
  const { page } = await open();
  await goTo(page, 'Parts');
  const part = page.getByRole('article', { name: 'rest-proxy', exact: true });
  await buttonOf(part, 'Freeze rest-proxy').click();
  await part.getByText('frozen', { exact: true }).waitFor();
  await buttonOf(part, 'Thaw rest-proxy').click();
  await part.getByText('up', { exact: true }).waitFor();
  await goTo(page, 'Flow');
  await untilAccountedFor(page);
});

test.each([
  ['says so', false],
  ['before it was heard says so', true],
])('a page whose server is gone %s, and is whole again when it is back', async (_, isUnheard) => {
  const first = await serve();
  const url = addressIn(first.output());
  const { page, problems } = await open({}, url, async (context) => {
    if (isUnheard) await context.route('**/events', (route) => route.abort());
  });
  first.interrupt('SIGKILL');
  await first.ended();
  const banner = page.getByRole('alert');
  await banner.filter({ hasText: 'does not respond' }).waitFor();
  await page.context().unroute('**/events');
  await serve('--port', new URL(url).port);
  await eventually(
    () => banner.innerText(),
    (text) => text === '',
  );
  // The new server has another token, with which the page calls it.
  await goTo(page, 'SQL');
  await operate(controlOf(page, 'Query'), 'Run Ctrl Enter');
  await page.getByRole('region', { name: 'Result' }).waitFor();
  // The console names each attempt that reached nobody.
  expect(problems.splice(0).filter((problem) => !problem.includes('net::ERR_'))).toEqual([]);
});

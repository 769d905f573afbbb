/** Each control does what it says. The tests build on each other: the emulator is paused at the start, and resumed at the end. */
import type { Page } from 'playwright-core';
import { run } from '../end-to-end/support/pipeline-run';
import {
  buttonOf,
  controlOf,
  goTo,
  operate,
  rateOf,
  stationOf,
  totalOf,
  totalsOf,
} from './support/page-parts';
import { eventually, useBrowser } from './support/visit';

const open = useBrowser();

/** What is sent counts a record for each feed. */
const FEEDS = 3;

/**
 * The totals of stations when no record waits on either path, and they have stayed the same over some samples of the flow.
 * They are not known at first.
 */
async function settledTotals(page: Page, stations: readonly string[]): Promise<number[]> {
  const waiting = ['S3 sink', 'Functions'].map((name) => stationOf(page, name).locator('.waiting'));
  const { totals } = await eventually(
    async () => {
      const before = await totalsOf(page, stations);
      await page.waitForTimeout(4_000);
      const rates = await Promise.all(stations.map((name) => rateOf(page, name)));
      const counts = await Promise.all(waiting.map((one) => one.count()));
      return { before, totals: await totalsOf(page, stations), moving: [...rates, ...counts] };
    },
    ({ before, totals: now, moving }) =>
      moving.every((one) => one === 0) && now.every((total, index) => total === before[index]),
  );
  return totals;
}

test('Pause stops the emulator', async () => {
  const { page } = await open();
  await buttonOf(controlOf(page, 'Emulator'), 'Pause').click();
  await controlOf(page, 'Emulator').getByText('It is paused').waitFor();
  const [total] = await settledTotals(page, ['Emulator']);
  expect(total).toBeGreaterThan(0);
});

test('Send sends as many posts as it says, and the batch cleans them', async () => {
  const { page } = await open();
  const stores = ['Kafka', 'Raw files', 'Functions', 'Streaming tables'];
  const before = await settledTotals(page, stores);
  const sent = await operate(controlOf(page, 'Send posts'), 'Send', { Posts: 50, To: 'both' });
  expect(sent).toMatch(/50 posts to the topics in .* 50 posts to the streams in /);
  const more = stores.map(() => 50 * FEEDS);
  const grown = await eventually(
    async () => (await totalsOf(page, stores)).map((total, index) => total - (before[index] ?? 0)),
    (now) => now.every((rows, index) => rows >= (more[index] ?? 0)),
  );
  expect(grown).toEqual(more);
  const raw = await totalOf(page, 'Raw files');
  const cleaned = await operate(controlOf(page, 'Run the batch'), 'Run');
  expect(cleaned).toMatch(/^Batch \d+: [\d,]+ records in /);
  await eventually(
    () => totalOf(page, 'Batch'),
    (total) => total === raw,
  );
});

test('a broken record is refused, and is kept as the text that it was', async () => {
  const { page } = await open();
  const heading = page.getByRole('heading', { name: /^Quarantine/ });
  await heading.filter({ hasText: /\d/ }).waitFor();
  const before = await heading.innerText();
  await operate(controlOf(page, 'Send a broken record'), 'Send', {
    Feed: 'geo',
    Kind: 'not-json',
    To: 'streams',
  });
  await eventually(
    () => heading.innerText(),
    (now) => now !== before,
  );
  const reject = page.getByRole('list', { name: 'Newest rejects' }).getByRole('listitem').first();
  await reject.locator('summary').click();
  expect(await reject.locator('pre').innerText()).toContain('<b>no</b> JSON object of the feed geo');
  expect(await page.locator('.rejects pre *').count()).toBe(0);
});

test('the command next to a button does the same: posts flow again', async () => {
  const { page } = await open();
  const emulator = controlOf(page, 'Emulator');
  await buttonOf(emulator, 'Resume').waitFor();
  const command = await emulator.locator('code').innerText();
  expect(await run('sh', ['-c', command])).toMatchObject({ code: 0 });
  await buttonOf(emulator, 'Pause').waitFor();
  await eventually(
    () => rateOf(page, 'Emulator'),
    (rate) => rate > 0,
  );
});

test('Set changes the rate', async () => {
  const { page } = await open();
  const control = controlOf(page, "Emulator's rate");
  const before = Number(await control.getByRole('spinbutton').inputValue());
  const slow = await eventually(
    () => rateOf(page, 'Emulator'),
    (rate) => rate > 0,
  );
  await operate(control, 'Set', { 'Posts a second': 50 });
  await control.getByText('It is 50 now.').waitFor();
  await eventually(
    () => rateOf(page, 'Emulator'),
    (rate) => rate > 2 * slow,
  );
  await operate(control, 'Set', { 'Posts a second': before });
  await control.getByText(`It is ${before} now.`).waitFor();
});

test('Restart gives a part another process', async () => {
  const { page } = await open();
  await goTo(page, 'Parts');
  const part = page.getByRole('article', { name: 'rest-proxy', exact: true });
  const process = part.getByText(/^pid \d+$/);
  const before = await process.innerText();
  await buttonOf(part, 'Restart rest-proxy').click();
  await eventually(
    () => process.innerText(),
    (now) => now !== before,
  );
  await part.getByText('up', { exact: true }).waitFor();
  await part.locator('summary').click();
  expect(await part.getByLabel('Log of rest-proxy').innerText()).not.toBe('');
});

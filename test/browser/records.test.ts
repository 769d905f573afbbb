/** Single records: a post's way on both paths, and what somebody sends who means harm. */
import { openPorts, sendOne } from '../../services/emulator';
import { runningLocalDeployment } from '../../tools/local-run/local-deployment';
import { emulatorTargets } from '../../tools/pipeline/emulate';
import type { EmulatorState } from '../../tools/pipeline/hands';
import { pipelineJson } from '../end-to-end/support/pipeline-run';
import { buttonOf, controlOf, goTo, operate } from './support/page-parts';
import { running } from './support/running';
import { eventually, useBrowser, type Visit } from './support/visit';

const open = useBrowser();

test('a row number shows where its three rows are, on both paths', async () => {
  const { page } = await open();
  await goTo(page, 'Records');
  await operate(controlOf(page, 'Trace a post'), 'Trace', { 'Row number (ind)': 7 });
  const steps = async (path: string): Promise<Set<string>> => {
    const found = await page
      .getByRole('list', { name: path, exact: true })
      .getByRole('listitem')
      .allInnerTexts();
    return new Set(found.map((step) => step.split('\n')[0] ?? ''));
  };
  const expected = (...stations: string[]): string[] =>
    stations.flatMap((station) => ['pin', 'geo', 'user'].map((feed) => `${station} ${feed}`));
  const batch = expected('MySQL', 'Kafka', 'Raw files', 'Delta tables');
  expect([...(await steps('Batch path'))]).toEqual(expect.arrayContaining(batch));
  const streaming = expected('MySQL', 'Kinesis', 'Streaming tables');
  expect([...(await steps('Streaming path'))]).toEqual(expect.arrayContaining(streaming));
});

describe('a title that is markup', () => {
  /** No post has this row number. */
  const IND = 1_900_000_000;
  const HOSTILE = `<img src=x onerror=document.title='hit'><script>document.title='hit'</script>`;

  /** Sends a pin as any client of the API may. */
  async function send(destination: 'topics' | 'streams', pin: object): Promise<void> {
    const { userId } = running();
    const deployment = await runningLocalDeployment(userId);
    const ports = await openPorts(emulatorTargets(deployment), deployment.aws);
    try {
      const value = JSON.stringify({ index: IND, ...pin });
      await sendOne({ userId, destination, feed: 'pin', run: 'hostile', key: IND, value }, ports);
    } finally {
      await ports.close();
    }
  }

  async function expectHarmless({ page, responses }: Visit): Promise<void> {
    expect(await page.title()).not.toBe('hit');
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(responses.filter((one) => new URL(one.url()).pathname === '/x')).toEqual([]);
  }

  // Else newer records come at once.
  beforeAll(() => pipelineJson<EmulatorState>(running().userId, 'emulator', 'pause'));
  afterAll(() => pipelineJson<EmulatorState>(running().userId, 'emulator', 'resume'));

  test('is text among the newest records, and in the trace', async () => {
    await send('topics', { title: HOSTILE });
    const visit = await open();
    const { page } = visit;
    await goTo(page, 'Records');
    const form = controlOf(page, 'Newest records');
    const records = page.getByRole('region', { name: 'Newest records' }).getByRole('table');
    await eventually(
      async () => {
        await buttonOf(form, 'Show').click();
        return records.innerText();
      },
      (text) => text.includes(HOSTILE),
    );
    const kafka = page.getByRole('listitem').filter({ hasText: 'Kafka' });
    // A record is found by its raw line, which the sink writes after some seconds.
    await eventually(
      async () => {
        await operate(controlOf(page, 'Trace a post'), 'Trace', { 'Row number (ind)': IND });
        return kafka.count();
      },
      (count) => count > 0,
    );
    await kafka.locator('summary').click();
    expect(await kafka.locator('pre').innerText()).toContain(HOSTILE);
    await expectHarmless(visit);
  });

  test('is text in the quarantine', async () => {
    await send('streams', { title: HOSTILE, downloaded: HOSTILE });
    const visit = await open();
    const { page } = visit;
    const reject = page
      .getByRole('list', { name: 'Newest rejects' })
      .getByRole('listitem')
      .filter({ hasText: HOSTILE });
    await reject.first().locator('summary').click();
    expect(await reject.first().locator('pre').innerText()).toContain(HOSTILE);
    await expectHarmless(visit);
  });
});

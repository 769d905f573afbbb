/** What the page shows moves with the pipeline, and is what the commands print. */
import type { Answers } from '../../tools/pipeline/answers';
import { pipelineJson } from '../end-to-end/support/pipeline-run';
import { goTo, stationOf, totalsOf, verdictOf } from './support/page-parts';
import { running } from './support/running';
import { eventually, useBrowser } from './support/visit';

const open = useBrowser();

/** The stations that every post passes at once; batch and tables follow with the next batch. */
const PASSED = [
  ...['Emulator', 'API Gateway', 'REST proxy', 'Kafka', 'S3 sink', 'Raw files'],
  ...['Kinesis', 'Functions', 'Streaming tables'],
];

test('totals and lines of every station move while posts flow', async () => {
  const { page } = await open();
  const totals = (): Promise<number[]> => totalsOf(page, PASSED);
  const lines = (): Promise<string[]> =>
    Promise.all(PASSED.map((name) => stationOf(page, name).locator('svg').innerHTML()));
  const before = await eventually(totals, (found) => !found.includes(NaN));
  const drawn = await lines();
  await eventually(totals, (found) => found.every((total, index) => total > (before[index] ?? 0)));
  await eventually(lines, (found) => found.every((line, index) => line !== drawn[index]));
});

test('the records are accounted for', async () => {
  const { page } = await open();
  await verdictOf(page).filter({ hasText: 'All records accounted for: 0 missing, 0 duplicate' }).waitFor();
});

/** The cells of the tables of all answers. */
const SHOWN = `[...document.querySelectorAll('.answer')].map((answer) =>
  [...answer.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent)))`;

test('the answers are those of the command, and can be downloaded', async () => {
  const { page } = await open();
  await goTo(page, 'Answers');
  // A batch may come between the two readings.
  const { answers } = await eventually(
    async () => {
      const { answers } = await pipelineJson<Answers>(running().userId, 'answers');
      return { answers, shown: await page.evaluate<string[][][]>(SHOWN) };
    },
    ({ answers, shown }) => JSON.stringify(shown) === JSON.stringify(answers.map(asShown)),
  );
  expect(answers.map(({ rows }) => rows.length)).not.toContain(0);

  for (const { title, columns, rows } of answers.slice(0, 1)) {
    const save = page.getByRole('button', { name: `Download ${title} as JSON`, exact: true });
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
    const named = rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]])));
    expect(JSON.parse(await textOf(await download.createReadStream()))).toEqual(named);
  }
});

/** The rows of an answer as texts: the last column measures, so its numbers are in groups of three digits. */
function asShown({ rows }: Answers['answers'][number]): string[][] {
  return rows.map((row) =>
    row.map((cell, index) => {
      if (cell === null) return '–';
      return index === row.length - 1 && typeof cell === 'number' ? grouped(cell) : String(cell);
    }),
  );
}

function grouped(value: number): string {
  const [whole = '', part] = String(Math.round(value * 100) / 100).split('.');
  return [whole.replaceAll(/\B(?=(\d{3})+$)/g, ','), ...(part === undefined ? [] : [part])].join('.');
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** The SQL prompt. */
import type { Page } from 'playwright-core';
import type { QueryResult } from '../../tools/pipeline/query';
import { pipelineJson } from '../end-to-end/support/pipeline-run';
import { buttonOf, controlOf, goTo, outcomeOf } from './support/page-parts';
import { running } from './support/running';
import { useBrowser } from './support/visit';

const open = useBrowser();

/** Runs a query by the keyboard, and returns the sentence on it. */
async function query(page: Page, sql: string): Promise<string> {
  await write(page, sql);
  return outcomeOf(controlOf(page, 'Query'));
}

async function write(page: Page, sql: string): Promise<void> {
  const text = controlOf(page, 'Query').getByRole('textbox');
  await text.fill(sql);
  await text.press('Control+Enter');
}

/** The cells of the result. */
function cells(page: Page): Promise<string[]> {
  return page.getByRole('region', { name: 'Result' }).getByRole('cell').allInnerTexts();
}

test('a query has the rows of the command', async () => {
  const { page } = await open();
  await goTo(page, 'SQL');
  const sql =
    'SELECT country, age, \'a,b\' AS text FROM geo JOIN "user" USING (ind) WHERE ind < 40 ORDER BY ind';
  expect(await query(page, sql)).toMatch(/^\d+ rows \(/);
  const { rows } = await pipelineJson<QueryResult>(running().userId, 'sql', sql);
  expect(rows.length).toBeGreaterThan(0);
  expect(await cells(page)).toEqual(rows.flat().map(String));
});

test.each([
  ['SELECT nonsense FROM pin', /Binder Error: .*"nonsense"/],
  ['SELEC 1', /Parser Error: syntax error at or near "SELEC"/],
  ['DROP TABLE pin', /read/],
  ["SELECT * FROM read_text('/etc/passwd')", /disabled|Permission/],
])('%s is refused in a sentence', async (sql, sentence) => {
  const { page, problems } = await open();
  await goTo(page, 'SQL');
  expect(await query(page, sql)).toMatch(sentence);
  // The console names each response that is an error.
  problems.length = 0;
});

test('a query that takes too long can be stopped, and leaves nothing behind', async () => {
  const { page } = await open();
  await goTo(page, 'SQL');
  await write(page, 'SELECT count(*) FROM range(1_000_000_000_000) a(n) WHERE hash(n) = 7');
  await buttonOf(page, 'Stop').click();
  await page.getByRole('status').filter({ hasText: 'Stopped.' }).waitFor();
  expect(await query(page, 'SELECT 41 + 1 AS answer')).toMatch(/^1 rows? \(/);
  expect(await cells(page)).toEqual(['42']);
});

test('of a result of millions the first thousand rows are shown', async () => {
  const { page } = await open();
  await goTo(page, 'SQL');
  expect(await query(page, 'SELECT * FROM range(5_000_000)')).toMatch(
    /^The first 1,000 rows; there are more/,
  );
  expect(await cells(page)).toHaveLength(1000);
});

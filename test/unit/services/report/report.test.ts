import { createHash } from 'node:crypto';
import type { Counts, ReportData, ReportFacts } from '../../../../services/report/data';
import { reportHtml } from '../../../../services/report/report';

const FEEDS = ['pin', 'geo', 'user'] as const;
const counts = (feed: Counts['feed'], changes: Partial<Counts> = {}): Counts => ({
  ...{ feed, sent: 1000, acknowledged: 1000, table: 990, quarantine: 10 },
  ...{ onTheWay: 0, missing: 0, duplicate: 0, findings: [], ...changes },
});

const FACTS: ReportFacts & { made: string } = {
  made: '2026-01-31T03:05:00.000Z',
  batch: 7,
  reconciliation: {
    ok: true,
    feeds: FEEDS.map((feed) => counts(feed)),
    streams: FEEDS.map((feed) => counts(feed)),
  },
  quarantine: [{ feed: 'pin', source: 'batch', reason: 'not JSON', rows: 1234 }],
  newest: [{ feed: 'pin', batch: '2026-01-31T02:00:00+00:00', stream: null }],
  questions: { '1': '-- The most\nSELECT 1 < 2\n' },
};
const countries = (rows: number) => ({
  question: '1',
  title: 'The most popular category in each country',
  columns: ['country', 'category', 'category_count'],
  rows: Array.from({ length: rows }, (_, index) => [
    `Country number ${index} of many`,
    'event-planning',
    index,
  ]),
});
const DATA: ReportData = {
  made: '2026-01-31T03:06:00.000Z',
  answers: { made: '2026-01-31T03:04:05.000Z', answers: [countries(3)] },
  facts: FACTS,
};
const withFacts = (changes: Partial<NonNullable<ReportData['facts']>>): string =>
  reportHtml({ ...DATA, facts: { ...FACTS, ...changes } });

test('it is one file that loads and runs nothing: its policy allows its own style alone', () => {
  const html = reportHtml(DATA);
  const style = /<style>([^]*)<\/style>/.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(html).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
  expect(html).not.toMatch(/<script|<link|<img|<iframe|style=|src=|href=|url\(|@import| on\w+=/);
});

test('it says first that nothing is missing, when, and of which batch', () => {
  const html = reportHtml(DATA);
  expect(html).toContain('<title>Pipeline report, batch 7</title>');
  expect(html).toMatch(/verdict good.*✓ 0 missing, 0 duplicate/s);
  expect(html).toContain('6,000 acknowledged records counted on both paths at 2026-01-31 03:05:00 UTC');
  expect(html).toContain(
    'Batch 7 · report made 2026-01-31 03:06:00 UTC · answers made 2026-01-31 03:04:05 UTC',
  );
  expect(html.indexOf('0 missing')).toBeLessThan(html.indexOf('<table'));
});

test('it has the counts and the newest row of each feed, and the refused records by reason', () => {
  const html = reportHtml(DATA);
  expect(html).toMatch(/pin <span class="muted">batch<\/span>.*?>990<.*?>2026-01-31 02:00:00 UTC</s);
  expect(html.match(/<th scope="row">/g)).toHaveLength(6);
  expect(html).toMatch(
    /<td>not JSON<\/td><td>pin <span class="muted">batch<\/span><\/td><td class="number">1,234</,
  );
  expect(withFacts({ quarantine: [] })).toContain('No record was refused.');
});

test('it says what is missing, where, and why, twenty sentences at most', () => {
  const findings = Array.from({ length: 25 }, (_, index) => `${index} in raw files, but not in the table`);
  const feeds = [counts('pin', { missing: 3, duplicate: 1, findings }), counts('geo'), counts('user')];
  const html = withFacts({ reconciliation: { ok: false, feeds, streams: [] } });
  expect(html).toMatch(/verdict bad.*✗ 3 missing, 1 duplicate/s);
  expect(html).toContain('<li>pin (batch): 0 in raw files, but not in the table</li>');
  expect(html.match(/<li>/g)).toHaveLength(21);
  expect(html).toContain('<li>and 5 more</li>');
  expect(html.match(/number wrong/g)).toHaveLength(2);
});

test('a count that is older than the answers is not taken for theirs', () => {
  const html = withFacts({ made: '2026-01-30T03:05:00.000Z' });
  expect(html).toContain('verdict unknown');
  expect(html).toContain('This count is older than the answers');
});

test('it can be made before anything was answered or reconciled', () => {
  const html = reportHtml({ made: DATA.made, answers: null, facts: null });
  expect(html).toContain('Not reconciled yet');
  expect(html).toContain('The questions were not answered yet');
});

test('of a long answer the largest twelve are drawn, and the table has all; the SQL is there as text', () => {
  const html = reportHtml({ ...DATA, answers: { made: DATA.made, answers: [countries(240)] } });
  expect(html.match(/class="chart-mark"/g)).toHaveLength(12);
  expect(html).toContain('<title>Country number 239 of many, event-planning, 239</title>');
  expect(html.match(/<td>Country number/g)).toHaveLength(240);
  expect(html).toContain('SELECT 1 &lt; 2');
});

test('240 countries on both questions by country are below 300 kB', () => {
  const answers = [countries(240), { ...countries(240), question: '3a' }];
  const reason = 'no integer row number '.repeat(5);
  const quarantine = Array.from({ length: 100 }, (_, index) => {
    return { feed: 'pin' as const, source: 'batch', reason: `${reason}${index}`, rows: 1 };
  });
  const html = reportHtml({
    ...DATA,
    facts: { ...FACTS, quarantine },
    answers: { made: DATA.made, answers },
  });
  expect(Buffer.byteLength(html)).toBeLessThan(300_000);
});

test('text of a record stays text', () => {
  const hostile = '</style><script>alert(1)</script><img src=x onerror=alert(1)>"\'';
  const html = reportHtml({
    ...DATA,
    answers: {
      made: DATA.made,
      answers: [{ ...countries(0), title: hostile, rows: [[hostile, hostile, 1]] }],
    },
    facts: {
      ...FACTS,
      quarantine: [{ feed: 'pin', source: hostile, reason: hostile, rows: 1 }],
      questions: { '1': hostile },
      reconciliation: { ok: false, feeds: [counts('pin', { findings: [hostile] })], streams: [] },
    },
  });
  expect(html).not.toMatch(/<script|<img/);
  expect(html.match(/<\/style>/g)).toHaveLength(1);
  expect(html).toContain('&lt;/style>&lt;script>alert(1)');
});

test('the rows of a long answer are cut, those of a group by year are all drawn', () => {
  const answered = (rows: number): string =>
    reportHtml({ ...DATA, answers: { made: '2026-01-31T03:04:05.000Z', answers: [countries(rows)] } });
  expect(answered(31)).toContain('The 12 largest of 31; the table has all.');
  expect(answered(24)).not.toContain('largest of');
});

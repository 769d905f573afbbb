import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Answer, Cell } from '../../../../services/charts/answer';
import { AnswerChart } from '../../../../services/charts/answer-chart';
import { AnswerTable } from '../../../../services/charts/answer-table';

const COLUMNS: Record<string, string[]> = {
  '1': ['country', 'category', 'category_count'],
  '2': ['post_year', 'category', 'category_count'],
  '3a': ['country', 'poster_name', 'follower_count'],
  '3b': ['country', 'follower_count'],
  '4': ['age_group', 'category', 'category_count'],
  '5': ['age_group', 'median_follower_count'],
  '6': ['post_year', 'number_users_joined'],
  '7': ['post_year', 'median_follower_count'],
  '8': ['age_group', 'post_year', 'median_follower_count'],
};

const answerTo = (question: string, rows: Cell[][]): Answer => {
  return { question, title: `Question ${question}`, columns: COLUMNS[question] ?? ['a', 'b'], rows };
};
const draw = (question: string, rows: Cell[][]): string =>
  renderToString(h(AnswerChart, { answer: answerTo(question, rows) }));

/** The values of an attribute of all elements of a class. */
const attributes = (html: string, element: string, name: string): number[] =>
  [...html.matchAll(new RegExp(`<${element}[^>]* ${name}="([^"]*)"`, 'g'))].map(([, value]) => Number(value));
const marks = (html: string, name: string): number[] =>
  attributes(html.replace(/<rect class="chart-track"[^>]*>/g, ''), 'rect class="chart-mark', name);

describe('AnswerChart', () => {
  it('draws categories by country as bars whose lengths are the counts', () => {
    const html = draw('1', [
      ['Aruba', 'art', 10],
      ['Chad', 'travel', 40],
      ['Chile', 'quotes', 0],
    ]);
    expect(marks(html, 'width')).toEqual([100, 400, 0]);
    expect(html).toContain('<title>Chad, travel, 40</title>');
  });

  it('draws users by year as columns whose heights are the counts, with ticks of round numbers', () => {
    const html = draw('6', [
      [2015, 10],
      [2016, 20],
    ]);
    const [low, high] = marks(html, 'height');
    expect(high).toBeCloseTo(2 * (low ?? 0), 0);
    expect(html).toMatch(/>0<.*>5<.*>10<.*>15<.*>20<.*>2015<.*>2016</);
  });

  it('draws a line over years with a gap where a median is null', () => {
    const html = draw('7', [
      [2015, 1],
      [2016, 2],
      [2017, null],
      [2018, 4],
    ]);
    const path = / d="([^"]*)"/.exec(html)?.[1] ?? '';
    expect(path.match(/[ML]/g)).toEqual(['M', 'L', 'M']);
    expect(attributes(html, 'circle', 'cy')).toHaveLength(3);
  });

  it('groups medians by year, one colour an age group, the years in order and missing ones left out', () => {
    const html = draw('8', [
      ['18-24', 2016, 5],
      ['18-24', 2015, 3],
      ['25-35', 2016, null],
      ['50+', 2015, 9],
    ]);
    expect(html.match(/<title>20[^<]*<\/title><rect/g)).toEqual([
      '<title>2015, 18-24, 3</title><rect',
      '<title>2016, 18-24, 5</title><rect',
      '<title>2015, 50+, 9</title><rect',
    ]);
    for (const colour of [1, 2, 3]) expect(html).toContain(`chart-mark-${colour}`);
    expect(html).toMatch(/>18-24<\/text>.*>25-35<\/text>.*>50\+<\/text>/);
  });

  it('says in a sentence which country the poster with the most followers is from', () => {
    expect(draw('3b', [['Aruba', 1_500_000]])).toBe(
      '<p class="chart-fact"><strong>Aruba</strong> follower count: 1,500,000</p>',
    );
  });

  it.each(['1', '2', '3a', '4', '5', '6', '7', '8'])(
    'is a picture with a name and a description, without inline style: question %s',
    (question) => {
      const rows = [['one', 'two', 3].slice(0, COLUMNS[question]?.length === 2 ? 1 : 2).concat(3)];
      const html = draw(question, rows);
      expect(html).toMatch(
        new RegExp(
          `^<svg class="chart" role="img" aria-labelledby="chart-${question}-title chart-${question}-desc"`,
        ),
      );
      expect(html).toContain(`<title id="chart-${question}-title">Question ${question}</title>`);
      expect(html).toMatch(
        new RegExp(`<desc id="chart-${question}-desc">[^<]* of 1 row; the largest: [^<]*, 3\\.`),
      );
      expect(html).not.toMatch(/NaN|undefined|style=/);
    },
  );

  it.each(Object.keys(COLUMNS))(
    'draws nulls, negative and huge values without a broken coordinate: question %s',
    (question) => {
      const width = COLUMNS[question]?.length ?? 2;
      const row = (value: Cell): Cell[] => [...['x', 'y'].slice(0, width - 1), value];
      for (const rows of [[row(null)], [row(-4)], [row(1e308), row(null)], [Array<Cell>(width).fill(null)]]) {
        expect(draw(question, rows)).not.toMatch(/NaN|Infinity|undefined|="-\d/);
      }
    },
  );

  it.each(Object.keys(COLUMNS))('says that there are no rows: question %s', (question) => {
    expect(draw(question, [])).toBe('<p class="chart-empty">There are no rows yet.</p>');
  });

  it('has no picture of an unknown question', () => {
    expect(draw('9', [['a', 1]])).toBe('');
  });

  it('cuts long names and keeps them whole in the title; markup stays text', () => {
    const name = `<script>alert("x")</script>${'y'.repeat(60)}`;
    for (const question of Object.keys(COLUMNS)) {
      const width = COLUMNS[question]?.length ?? 2;
      const html = draw(question, [[...Array<Cell>(width - 1).fill(name), 5]]);
      expect(html).not.toContain('<script');
      expect(html).toContain('&lt;script>alert(&quot;x');
    }
    const bars = draw('3a', [['Chad', name, 5]]);
    expect(bars).toContain(`${'y'.repeat(60)}, 5</title>`);
    expect(bars).toMatch(/<tspan[^>]*>&lt;script>[^<]*…<\/tspan>/);
  });
});

describe('AnswerTable', () => {
  it('has every row, groups the digits of what is measured only, and shows nulls as a dash', () => {
    const html = renderToString(
      h(AnswerTable, {
        answer: answerTo('2', [
          [2018, '<b>', 12345],
          [2019, null, null],
        ]),
      }),
    );
    expect(html).toContain('<caption>Question 2</caption>');
    expect(html).toContain('<td class="number">2018</td><td>&lt;b></td><td class="number">12,345</td>');
    expect(html).toContain('<td class="number">2019</td><td>–</td><td>–</td>');
  });
});

/** The picture of an answer: which chart reads best, by question. */
import type { JSX } from 'preact';
import { fullNumber, measures, textOf, valueOf, type Answer } from './answer';
import { Bars } from './bars';
import { Columns, type Series } from './columns';
import { Line } from './line';

/** Of {@link AnswerChart}. */
export interface AnswerChartProps {
  /** With the rows to draw, in their order; of a long answer those that were searched for, or the largest. */
  readonly answer: Answer;
  /** Makes the ids of this picture unique in its document. Default: `chart`. */
  readonly prefix?: string;
}

/** How an answer is drawn. A question that is not listed has no picture, only its table. */
const KINDS: Readonly<Record<string, 'bars' | 'columns' | 'groups' | 'line' | 'fact'>> = {
  '1': 'bars',
  '2': 'bars',
  '3a': 'bars',
  '3b': 'fact',
  '4': 'bars',
  '5': 'columns',
  '6': 'columns',
  '7': 'line',
  '8': 'groups',
};

/** Draws an answer; a sentence when it has no rows, nothing when its question has no picture. */
export function AnswerChart({ answer, prefix = 'chart' }: AnswerChartProps): JSX.Element | null {
  const { question, title, rows } = answer;
  const kind = KINDS[question];
  if (kind === undefined) return null;
  if (rows.length === 0) return <p class="chart-empty">There are no rows yet.</p>;
  if (kind === 'fact') return <Fact answer={answer} />;
  const points = measures(answer);
  const figure = { id: `${prefix}-${question}`, title, description: description(answer) };
  switch (kind) {
    case 'bars':
      return <Bars {...figure} rows={points} />;
    case 'line':
      return <Line {...figure} points={points} />;
    case 'columns': {
      const series = [{ name: '', values: points.map(({ value }) => value) }];
      return <Columns {...figure} groups={points.map(({ label }) => label)} series={series} />;
    }
    case 'groups':
      return <Columns {...figure} {...grouped(answer)} />;
  }
}

/** One row, where a sentence says more than a picture. */
function Fact({ answer }: { readonly answer: Answer }): JSX.Element {
  const [row = []] = answer.rows;
  return (
    <p class="chart-fact">
      <strong>{textOf(row[0])}</strong> {words(answer.columns.at(-1) ?? '')}: {fullNumber(valueOf(row))}
    </p>
  );
}

/** The first column's values are the series, the second's the groups, in the order in which they first occur. */
function grouped({ rows }: Answer): { groups: string[]; series: Series[] } {
  const unique = (column: number): string[] => [...new Set(rows.map((row) => textOf(row[column])))];
  const groups = unique(1).sort();
  const series = unique(0).map((name) => ({
    name,
    values: groups.map((group) => {
      const found = rows.find((row) => textOf(row[0]) === name && textOf(row[1]) === group);
      return found === undefined ? null : valueOf(found);
    }),
  }));
  return { groups, series };
}

/** What is drawn, for those who do not see it: how much, and the largest. */
function description(answer: Answer): string {
  const { columns, rows } = answer;
  const most = rows.reduce((one, other) =>
    (valueOf(other) ?? -Infinity) > (valueOf(one) ?? -Infinity) ? other : one,
  );
  const named = most.slice(0, -1).map(textOf).join(', ');
  return `${words(columns.at(-1) ?? '')} of ${rows.length} ${rows.length === 1 ? 'row' : 'rows'}; the largest: ${named}, ${fullNumber(valueOf(most))}. The table has all values.`;
}

/** The name of a column in words. */
const words = (column: string): string => column.replaceAll('_', ' ');

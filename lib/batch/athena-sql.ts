/**
 * The questions of `engines/sql/questions` as Athena takes them: the same texts over the tables of the catalog. Two things are
 * written otherwise, because Athena (Trino) has neither an exact `median` nor relations of a session:
 *
 * - `median(x)` becomes the mean of the middle two values of the sorted array;
 * - `posts` and `people`, which an engine makes once, are part of each query.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FEED_NAMES, type FeedName } from '../../services/contract';

const QUESTIONS_FOLDER = join(__dirname, '..', '..', 'engines', 'sql', 'questions');

/** The questions in the order in which they are answered. */
export const QUESTIONS = ['1', '2', '3a', '3b', '4', '5', '6', '7', '8'] as const;

/** One of the questions. */
export type Question = (typeof QUESTIONS)[number];

/** A query that Athena keeps. */
export interface SavedQuery {
  /** The question in words. */
  readonly title: string;
  readonly sql: string;
}

/** A question as Athena takes it, over these tables of the catalog. @throws Error for a text of another form. */
export function athenaQuestion(question: Question, tables: Readonly<Record<FeedName, string>>): SavedQuery {
  const relations = [
    ...FEED_NAMES.map((feed): [string, string] => [`cleaned_${feed}`, `SELECT * FROM "${tables[feed]}"`]),
    ...['posts', 'people'].map((name): [string, string] => [name, questionText(name).sql]),
  ];
  const { title, sql } = questionText(question);
  const rewritten = withoutMedian(sql);
  const left = /\b(qualify|median)\b/i.exec(rewritten);
  if (left !== null) {
    throw new Error(
      `engines/sql/questions/${question}.sql has "${left[0]}" in a form that is not known here, and Athena does not have it: expected a subquery in the place of QUALIFY, and "median(<column>)".`,
    );
  }
  // The question's own relations go on where ours end: it has one WITH.
  const [joint, rest] = rewritten.startsWith('WITH ')
    ? [',\n', rewritten.slice('WITH '.length)]
    : ['\n', rewritten];
  const own = relations.map(([name, text]) => `${name} AS (\n${indented(text)}\n)`).join(',\n');
  return { title, sql: `-- ${title}\nWITH ${own}${joint}${rest}` };
}

/** Reads a text: its first line is its title, a comment. */
function questionText(name: string): SavedQuery {
  const [first = '', ...rest] = readFileSync(join(QUESTIONS_FOLDER, `${name}.sql`), 'utf8')
    .trim()
    .split('\n');
  return { title: first.replace(/^--\s*/, ''), sql: rest.join('\n') };
}

const indented = (text: string): string => text.replace(/^/gm, '  ');

function withoutMedian(sql: string): string {
  return sql.replace(/\bmedian\((\w+)\)/g, (_, column: string) => {
    const sorted = `array_sort(array_agg(${column}) FILTER (WHERE ${column} IS NOT NULL))`;
    const at = (place: number): string => `element_at(${sorted}, (count(${column}) + ${place}) / 2)`;
    return `(${at(1)} + ${at(2)}) / 2e0`;
  });
}

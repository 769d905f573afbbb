/**
 * The questions of `engines/sql/questions` as Athena queries over the tables of the catalog. Athena (Trino) has neither
 * an exact `median` nor temporary relations, so:
 *
 * - `median(x)` becomes the mean of the middle two values of the sorted array;
 * - `posts` and `people`, which an engine creates once, become part of each query.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FEED_NAMES, type FeedName } from '../../services/contract';

const QUESTIONS_FOLDER = join(__dirname, '..', '..', 'engines', 'sql', 'questions');

/** The questions in the order of their answers. */
export const QUESTIONS = ['1', '2', '3a', '3b', '4', '5', '6', '7', '8'] as const;

/** One of the questions. */
export type Question = (typeof QUESTIONS)[number];

/** A saved Athena query. */
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
      `engines/sql/questions/${question}.sql uses "${left[0]}", which Athena does not support: expected a subquery instead of QUALIFY, and "median(<column>)".`,
    );
  }
  // A query has one WITH, so the question's own relations follow ours.
  const [joint, rest] = rewritten.startsWith('WITH ')
    ? [',\n', rewritten.slice('WITH '.length)]
    : ['\n', rewritten];
  const own = relations.map(([name, text]) => `${name} AS (\n${indented(text)}\n)`).join(',\n');
  return { title, sql: `-- ${title}\nWITH ${own}${joint}${rest}` };
}

/** Reads a query file: its first line is a comment with the title. */
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

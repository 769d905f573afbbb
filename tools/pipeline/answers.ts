/** The eight questions, answered from the cleaned tables. */
import type { Deployment } from './deployment';
import type { Answers } from './documents.generated';
import { type TableEngineOptions, runTableEngine } from './table-engine';
import { textTable } from '../cli/text-table';

export type { Answers } from './documents.generated';

/** Answers the eight questions; the answers are also written to the sink bucket as `answers/answers.json`. */
export function answers(deployment: Deployment, options: TableEngineOptions): Promise<Answers> {
  return runTableEngine<Answers>(deployment, 'answers', options);
}

/**
 * The answers for a person.
 *
 * @param mostRows how many rows of an answer are shown; a line says how many more there are. Default: all.
 */
export function formatAnswers({ answers: all }: Answers, mostRows = Infinity): string {
  return all
    .map(({ question, title, columns, rows }) => {
      const table = textTable(columns, rows.slice(0, mostRows));
      const more = rows.length - mostRows;
      return `${question}. ${title}\n\n${table}\n${more > 0 ? `… and ${more} more rows\n` : ''}`;
    })
    .join('\n');
}

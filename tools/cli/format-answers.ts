/** The answers for a person. */
import type { Answers } from '../pipeline/answers';
import { textTable } from '../text-table';

/**
 * A table for each question, after the time when a stage on AWS made them.
 *
 * @param mostRows how many rows of an answer are shown; a line says how many more there are. Default: all.
 */
export function formatAnswers({ made, answers }: Answers, mostRows = Infinity): string {
  const tables = answers.map(({ question, title, columns, rows }) => {
    const table = textTable(columns, rows.slice(0, mostRows));
    const more = rows.length - mostRows;
    return `${question}. ${title}\n\n${table}\n${more > 0 ? `… and ${more} more rows\n` : ''}`;
  });
  return [...(made === undefined ? [] : [`Answers of ${made}\n`]), ...tables].join('\n');
}

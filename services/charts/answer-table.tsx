/** The rows of an answer as a table. */
import type { JSX } from 'preact';
import { fullNumber, textOf, type Answer } from './answer';

/** Numbers are to the right; those of the last column, which measures, have groups of three digits. */
export function AnswerTable({ answer: { title, columns, rows } }: { readonly answer: Answer }): JSX.Element {
  const last = columns.length - 1;
  return (
    <table class="answer-table">
      <caption>{title}</caption>
      <thead>
        <tr>
          {columns.map((column, index) => (
            <th key={column} scope="col" class={index === last ? 'number' : undefined}>
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, place) => (
          <tr key={place}>
            {row.map((cell, index) => (
              <td key={index} class={typeof cell === 'number' ? 'number' : undefined}>
                {typeof cell === 'number' && index === last ? fullNumber(cell) : textOf(cell)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

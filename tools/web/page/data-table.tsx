/** A table of data that scrolls by itself, and its downloads. */
import type { JSX } from 'preact';
import type { QueryValue } from '../../pipeline/query';
import { type Table, toCsv, toJson } from './csv';
import { count } from './format';

/** Of {@link DataTable}. */
export interface DataTableProps extends Table {
  /** Names the table, also its region that scrolls. */
  readonly caption: string;
  /** Whether the numbers are counts, shown with groups of three digits. Default: false; a year is no count. */
  readonly isCounts?: boolean;
}

/** The table. */
export function DataTable({ caption, columns, rows, isCounts = false }: DataTableProps): JSX.Element {
  const cell = (value: QueryValue): string =>
    typeof value === 'number' && isCounts ? count(value) : String(value);
  const isNumber = columns.map((_, index) => rows.some((row) => typeof row[index] === 'number'));
  const aligned = (index: number): string | undefined => (isNumber[index] === true ? 'number' : undefined);
  return (
    <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((name, index) => (
              <th key={index} scope="col" class={aligned(index)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={place}>
              {row.map((value, index) => (
                <td key={index} class={value === null ? 'muted' : aligned(index)}>
                  {cell(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Hands a text to the browser as a file. */
function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the data by then.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 10_000);
}

/** Buttons that download a table; `name` is the files' name without ending, `of` names the table to screen readers. */
export function Downloads(props: {
  readonly name: string;
  readonly of: string;
  readonly table: Table;
}): JSX.Element {
  const { name, of, table } = props;
  return (
    <span class="downloads">
      <button
        type="button"
        class="quiet"
        aria-label={`Download ${of} as CSV`}
        onClick={() => {
          save(`${name}.csv`, 'text/csv', toCsv(table));
        }}
      >
        CSV
      </button>
      <button
        type="button"
        class="quiet"
        aria-label={`Download ${of} as JSON`}
        onClick={() => {
          save(`${name}.json`, 'application/json', toJson(table));
        }}
      >
        JSON
      </button>
    </span>
  );
}

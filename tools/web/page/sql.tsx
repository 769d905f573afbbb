/** The SQL prompt. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Command } from './command';
import { DataTable, Downloads } from './data-table';
import { count, duration } from './format';
import { Outcome } from './outcome';
import { useAway, useStore, useUnsupported } from './store';
import { useCall } from './use-call';

const FIRST = 'SELECT category, count(*) AS posts FROM pin GROUP BY category ORDER BY posts DESC LIMIT 10';

/** A query, its result, and the tables that there are. */
export function Sql(): JSX.Element {
  const [sql, setSql] = useState(FIRST);
  const { busy, error, result, run, stop } = useCall('query');
  const away = useAway();
  const unsupported = useUnsupported('query');
  const text = useRef<HTMLTextAreaElement>(null);
  if (unsupported !== undefined) return <p class="unsupported">{unsupported}</p>;
  const start = (): void => {
    if (!away && sql.trim() !== '') void run({ sql, maxRows: 1000 });
  };
  const insert = (name: string): void => {
    setSql(`SELECT * FROM ${name} LIMIT 10`);
    text.current?.focus();
  };
  return (
    <>
      <h2>SQL</h2>
      <div class="sql">
        <form
          class="card"
          aria-label="Query"
          onSubmit={(event) => {
            event.preventDefault();
            start();
          }}
        >
          <label>
            <span>One SELECT; read only</span>
            <textarea
              ref={text}
              rows={6}
              spellcheck={false}
              autocapitalize="off"
              value={sql}
              onInput={({ currentTarget }) => {
                setSql(currentTarget.value);
              }}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
                event.preventDefault();
                start();
              }}
            />
          </label>
          <div class="fields">
            <button type="submit" disabled={busy || away || sql.trim() === ''}>
              Run <kbd>Ctrl Enter</kbd>
            </button>
            <button type="button" class="quiet" disabled={!busy} onClick={stop}>
              Stop
            </button>
          </div>
          <Command args={['sql', sql]} />
          <Outcome busy={busy} error={error} text={result === undefined ? undefined : summary(result)} />
          {result !== undefined && (
            <>
              <DataTable
                caption="Result"
                columns={result.columns.map(({ name }) => name)}
                rows={result.rows}
              />
              <Downloads
                name="query"
                of="the result"
                table={{ columns: result.columns.map(({ name }) => name), rows: result.rows }}
              />
            </>
          )}
        </form>
        <Tables onChoose={insert} />
      </div>
    </>
  );
}

function summary(result: {
  readonly rows: readonly unknown[];
  readonly truncated: boolean;
  readonly seconds: number;
}): string {
  const { rows, truncated, seconds } = result;
  const which = truncated
    ? `The first ${count(rows.length)} rows; there are more`
    : `${count(rows.length)} rows`;
  return `${which} (${duration(seconds)}).`;
}

function Tables({ onChoose }: { readonly onChoose: (name: string) => void }): JSX.Element {
  const { busy, error, result, run } = useCall('tables');
  const away = useAway();
  // The first batch makes the tables.
  const hasAnswers = useStore((state) => state.answers !== null);
  useEffect(() => {
    if (!away) void run({});
  }, [away, hasAnswers]);
  return (
    <section class="card tables" aria-labelledby="tables-heading">
      <h3 id="tables-heading">Tables</h3>
      <Outcome busy={busy && result === undefined} error={error} />
      <ul>
        {result?.map(({ name, description, columns }) => (
          <li key={name}>
            <details>
              <summary>{name}</summary>
              <p class="muted">{description}.</p>
              {columns.length === 0 ? (
                <p class="muted">The table is not there yet.</p>
              ) : (
                <>
                  <ul class="columns">
                    {columns.map((column) => (
                      <li key={column.name}>
                        <code>{column.name}</code> <span class="muted">{column.type}</span>
                      </li>
                    ))}
                  </ul>
                  <button
                    type="button"
                    class="quiet"
                    onClick={() => {
                      onChoose(name);
                    }}
                  >
                    Query {name}
                  </button>
                </>
              )}
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

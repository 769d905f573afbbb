/** The quarantine: how many by reason, and the refused records as they came. */
import type { JSX } from 'preact';
import { DataTable } from './data-table';
import { count, moment } from './format';
import { useStore } from './store';

/** The quarantine. Raw texts are text, whatever they hold. */
export function Quarantine(): JSX.Element {
  const rejects = useStore((state) => state.rejects);
  const reason = useStore((state) => state.unavailable?.rejects);
  const total = rejects?.counts.reduce((sum, { rows }) => sum + rows, 0);
  return (
    <section class="card" aria-labelledby="quarantine-heading">
      <h2 id="quarantine-heading">Quarantine{total === undefined ? '' : `: ${count(total)}`}</h2>
      {rejects === null && <p class="muted">{reason ?? 'The quarantine has not been read yet.'}</p>}
      {total === 0 && <p class="muted">Nothing was refused. Send a broken record to see how it is kept.</p>}
      {rejects !== null && total !== 0 && (
        <>
          <DataTable
            caption="Quarantine by reason"
            columns={['Path', 'Feed', 'Reason', 'Rows']}
            rows={rejects.counts.map(({ path, feed, reason, rows }) => [path, feed, reason, rows])}
            isCounts
          />
          <ul class="rejects" aria-label="Newest rejects">
            {rejects.newest.map((reject) => (
              <li key={`${reject.path} ${reject.feed} ${reject.position} ${reject.reason}`}>
                <details>
                  <summary>
                    {reject.feed}, {reject.path}: {reject.reason}
                  </summary>
                  <p>
                    {reject.position}
                    {reject.time === null ? '' : `, ${moment(reject.time)} UTC`}
                  </p>
                  <pre tabIndex={0} aria-label="Raw text">
                    {reject.raw ?? '(no value)'}
                  </pre>
                </details>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** The reconciliation: where every record is, by path and feed. */
import type { JSX } from 'preact';
import type { Reconciliation } from '../../pipeline/documents.generated';
import { Command } from './command';
import { age, count } from './format';
import { useStore } from './store';

/** What is missing and duplicate, over both paths. */
export function totals({ feeds, streams }: Reconciliation): {
  readonly missing: number;
  readonly duplicate: number;
} {
  const all = [...feeds, ...streams];
  return {
    missing: all.reduce((sum, { missing }) => sum + missing, 0),
    duplicate: all.reduce((sum, { duplicate }) => sum + duplicate, 0),
  };
}

/** Both paths as one table, and what is behind a figure that is not 0. */
export function ReconciliationTable(): JSX.Element {
  const reconciliation = useStore((state) => state.reconciliation);
  const reason = useStore((state) => state.unavailable?.reconciliation);
  const now = useStore((state) => state.now);
  return (
    <section class="card" aria-labelledby="reconciliation-heading">
      <h2 id="reconciliation-heading">Reconciliation</h2>
      {reconciliation === null ? (
        <p class="muted">{reason ?? 'The records have not been counted yet.'}</p>
      ) : (
        <>
          <Rows reconciliation={reconciliation.result} />
          <p class="muted">Counted {age(reconciliation.at, now)} ago.</p>
        </>
      )}
      <Command args={['reconcile']} />
    </section>
  );
}

const COLUMNS = [
  'Acknowledged',
  'On the way',
  'Not batched',
  'In tables',
  'Quarantine',
  'Missing',
  'Duplicate',
];

function Rows({
  reconciliation: { feeds, streams },
}: {
  readonly reconciliation: Reconciliation;
}): JSX.Element {
  const rows = [
    ...feeds.map((feed) => ({ ...feed, path: 'Batch' })),
    ...streams.map((stream) => ({ ...stream, path: 'Streaming', pending: null })),
  ];
  const findings = rows.flatMap((row) => row.findings);
  return (
    <>
      <div class="scroll" role="region" aria-label="Reconciliation by feed" tabIndex={0}>
        <table>
          <caption class="hidden">Records by path and feed</caption>
          <thead>
            <tr>
              {['Path', 'Feed', ...COLUMNS].map((name, index) => (
                <th key={name} scope="col" class={index > 1 ? 'number' : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.path} ${row.feed}`}>
                <td>{row.path}</td>
                <th scope="row">{row.feed}</th>
                {[row.acknowledged, row.onTheWay, row.pending, row.table, row.quarantine].map(
                  (value, index) => (
                    <td key={index} class="number">
                      {count(value)}
                    </td>
                  ),
                )}
                {[row.missing, row.duplicate].map((value, index) => (
                  <td key={index} class={`number ${value === 0 ? 'ok' : 'bad'}`}>
                    {count(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {findings.length > 0 && (
        <ul class="findings">
          {findings.map((finding) => (
            <li key={finding}>{finding}</li>
          ))}
        </ul>
      )}
    </>
  );
}

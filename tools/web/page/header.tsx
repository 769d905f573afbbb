/** The head of the page: which pipeline, whether all is well, and the ways to the parts of the page. */
import type { JSX } from 'preact';
import { age, count } from './format';
import { totals } from './reconciliation';
import { SECTIONS, type SectionName } from './sections';
import { useStore } from './store';

/** The header; `current` is the section that is shown. */
export function Header({ current }: { readonly current: SectionName }): JSX.Element {
  const about = useStore((state) => state.about);
  return (
    <header class="top">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <div class="title">
        <h1>Pinterest data pipeline</h1>
        {about !== null && (
          <p class="muted">
            stage <b>{about.stage}</b>, {about.userId}
          </p>
        )}
      </div>
      <Verdict />
      <nav aria-label="Sections">
        {Object.entries(SECTIONS).map(([name, title]) => (
          <a key={name} href={`#${name}`} aria-current={name === current ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
    </header>
  );
}

/** Whether all records are accounted for, and how old the newest sample is. */
function Verdict(): JSX.Element {
  const reconciliation = useStore((state) => state.reconciliation);
  const newest = useStore((state) => state.samples.at(-1)?.at);
  const now = useStore((state) => state.now);
  const { missing, duplicate } =
    reconciliation === null ? { missing: 0, duplicate: 0 } : totals(reconciliation.result);
  const state = reconciliation === null ? 'muted' : missing + duplicate === 0 ? 'ok' : 'bad';
  return (
    <div class="verdict">
      <p class={`badge ${state}`} role="status" aria-label="State">
        {reconciliation === null
          ? 'Not counted yet'
          : `${state === 'ok' ? 'All records accounted for' : 'Records are wrong'}: ${count(missing)} missing, ${count(duplicate)} duplicate`}
      </p>
      <p class="muted">{newest === undefined ? 'no sample yet' : `sample ${age(newest, now)}`}</p>
    </div>
  );
}

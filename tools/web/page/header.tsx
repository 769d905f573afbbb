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
      <div class="verdict">
        <PartsDown />
        <Verdict />
        <NewestSample />
      </div>
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

/** Whether all records are accounted for. */
function Verdict(): JSX.Element {
  const reconciliation = useStore((state) => state.reconciliation);
  if (reconciliation === null) {
    return (
      <p class="badge muted" role="status" aria-label="State">
        Not counted yet
      </p>
    );
  }
  const { missing, duplicate } = totals(reconciliation.result);
  const isWell = missing + duplicate === 0;
  return (
    <p class={`badge ${isWell ? 'ok' : 'bad'}`} role="status" aria-label="State">
      {isWell ? 'All records accounted for' : 'Records are not accounted for'}: {count(missing)} missing,{' '}
      {count(duplicate)} duplicate
    </p>
  );
}

/** Which parts are not up; nothing when all are. */
function PartsDown(): JSX.Element {
  const parts = useStore((state) => state.parts) ?? [];
  const down = parts.filter(({ state }) => state !== 'up');
  return (
    <p class={down.length === 0 ? '' : 'badge bad'} role="status" aria-label="Parts">
      {down.map(({ name, state }) => `${name} is ${state}`).join(', ')}
    </p>
  );
}

/** How old what is shown is. */
function NewestSample(): JSX.Element {
  const newest = useStore((state) => state.samples.at(-1)?.at);
  const now = useStore((state) => state.now);
  return (
    <p class="muted">{newest === undefined ? 'no sample yet' : `newest sample ${age(newest, now)} ago`}</p>
  );
}

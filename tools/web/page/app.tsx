/** The whole page: one section at a time. Those that were opened are kept, so that a result is there on the way back. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Answers } from './answers';
import { Controls } from './controls';
import { Header } from './header';
import { LatencyCharts } from './latency';
import { Parts } from './parts';
import { Picture } from './picture';
import { Quarantine } from './quarantine';
import { ReconciliationTable } from './reconciliation';
import { Records } from './records';
import { SECTIONS, type SectionName, sectionOf } from './sections';
import { Sql } from './sql';
import { useStore } from './store';

/** The page. */
export function App(): JSX.Element {
  const [current, setCurrent] = useState<SectionName>(sectionOf(location.hash) ?? 'flow');
  const isStale = useStore(({ connection, problem }) => connection === 'away' || problem !== null);
  useEffect(() => {
    const follow = (): void => {
      const named = sectionOf(location.hash);
      if (named !== undefined) setCurrent(named);
    };
    addEventListener('hashchange', follow);
    return () => {
      removeEventListener('hashchange', follow);
    };
  }, []);
  return (
    <div class={isStale ? 'page stale' : 'page'}>
      <Header current={current} />
      <Banner />
      <main id="main" tabIndex={-1}>
        <Section name="flow" current={current}>
          <Picture />
          <div class="cards">
            <ReconciliationTable />
            <LatencyCharts />
            <Quarantine />
          </div>
          <Controls />
        </Section>
        <Section name="answers" current={current}>
          <Answers />
        </Section>
        <Section name="records" current={current}>
          <Records />
        </Section>
        <Section name="sql" current={current}>
          <Sql />
        </Section>
        <Section name="parts" current={current}>
          <Parts />
        </Section>
      </main>
    </div>
  );
}

function Section(props: {
  readonly name: SectionName;
  readonly current: SectionName;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { name, current, children } = props;
  // What nobody has opened asks for nothing.
  const isSeen = useRef(false);
  isSeen.current ||= name === current;
  return (
    <section class="section" aria-label={SECTIONS[name]} hidden={name !== current}>
      {isSeen.current && children}
    </section>
  );
}

/** Says that what is shown is old, and why. */
function Banner(): JSX.Element {
  const connection = useStore((state) => state.connection);
  const problem = useStore((state) => state.problem);
  const text =
    connection === 'away'
      ? 'The server of this page does not respond. The page tries again by itself.'
      : (problem?.message ?? '');
  return (
    <div role="alert" class="banner">
      {text !== '' && <p>{text}</p>}
    </div>
  );
}

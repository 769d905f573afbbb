/** The flow in one picture: what both paths share, then each path. */
import type { JSX } from 'preact';
import { StationCard } from './station';
import { BATCH, SHARED, STREAMING, type StationText } from './stations';

/** The picture; on a narrow screen three lists. */
export function Picture(): JSX.Element {
  return (
    <div class="flow">
      <h2 class="hidden">Flow</h2>
      <p class="lead">
        A post is three rows: <b>pin</b>, <b>geo</b> and <b>user</b>. Each row travels as a record on two
        paths; each record arrives exactly once, and what breaks a rule goes to the quarantine. The large
        figures count records; the lines are records a second over the last minute.
      </p>
      <div class="picture">
        <Path name="Both paths" kind="shared" stations={SHARED} />
        <Path name="Batch path" kind="batch" stations={BATCH} />
        <Path name="Streaming path" kind="streaming" stations={STREAMING} />
      </div>
    </div>
  );
}

function Path(props: {
  readonly name: string;
  readonly kind: 'shared' | 'batch' | 'streaming';
  readonly stations: readonly StationText[];
}): JSX.Element {
  const { name, kind, stations } = props;
  return (
    <div class={`path ${kind}`}>
      <p class="path-name" aria-hidden="true">
        {name}
      </p>
      <ol aria-label={name}>
        {stations.map((text) => (
          <StationCard key={text.station} text={text} />
        ))}
      </ol>
    </div>
  );
}

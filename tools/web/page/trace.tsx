/** A row's way through the pipeline, on both paths. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Trace, TraceStep } from '../../pipeline/flow';
import { Command } from './command';
import { NumberField } from './fields';
import { Outcome } from './outcome';
import { stationName } from './stations';
import { useAway, useUnsupported } from './store';
import { useCall } from './use-call';

/** Asks for a row number, and shows where its rows were found. */
export function TraceSearch(): JSX.Element {
  const [ind, setInd] = useState(1);
  const { busy, error, result, run } = useCall('trace');
  const away = useAway();
  const unsupported = useUnsupported('trace');
  if (unsupported !== undefined) return <p class="unsupported">{unsupported}</p>;
  return (
    <div class="card">
      <h3>Trace a post</h3>
      <p>The row number joins a post’s three rows. See where each of them is, step by step.</p>
      <form
        aria-label="Trace a post"
        onSubmit={(event) => {
          event.preventDefault();
          void run({ ind });
        }}
      >
        <div class="fields">
          <NumberField label="Row number (ind)" value={ind} min={0} max={2_147_483_647} onChange={setInd} />
          <button type="submit" disabled={busy || away}>
            Trace
          </button>
        </div>
        <Command args={['trace', String(ind)]} />
        <Outcome busy={busy} error={error} text={result === undefined ? undefined : found(result)} />
      </form>
      {result !== undefined && (
        <div class="traces">
          <Steps name="Batch path" kind="batch" steps={result.batch} />
          <Steps name="Streaming path" kind="streaming" steps={result.stream} />
        </div>
      )}
    </div>
  );
}

const found = ({ ind, batch, stream }: Trace): string =>
  batch.length + stream.length === 0
    ? `There is no post with the row number ${ind}.`
    : `Post ${ind}: ${batch.length} places on the batch path, ${stream.length} on the streaming path.`;

function Steps(props: {
  readonly name: string;
  readonly kind: 'batch' | 'streaming';
  readonly steps: readonly TraceStep[];
}): JSX.Element {
  const { name, kind, steps } = props;
  return (
    <div class={`trace ${kind}`}>
      <h4>{name}</h4>
      {steps.length === 0 && <p class="muted">Nothing was found on this path.</p>}
      <ol aria-label={name}>
        {steps.map(({ station, feed, place, value, reason }) => (
          <li key={`${station} ${feed} ${place}`} class={station === 'quarantine' ? 'bad' : undefined}>
            <b>{stationName(station)}</b> <span class="feed">{feed}</span>
            <div class="path-text">{place}</div>
            {reason !== undefined && <p class="bad">{reason}</p>}
            {value !== null && (
              <details>
                <summary>What is there</summary>
                <pre tabIndex={0}>{value}</pre>
              </details>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

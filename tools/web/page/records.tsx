/** The newest records of a topic or a stream. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { BrowseOptions } from '../../pipeline/flow';
import { Command } from './command';
import { FEEDS } from './controls';
import { DataTable } from './data-table';
import { Choice } from './fields';
import { moment } from './format';
import { Outcome } from './outcome';
import { useAway, useUnsupported } from './store';
import { TraceSearch } from './trace';
import { useCall } from './use-call';

/** Records, and the way of a row. */
export function Records(): JSX.Element {
  return (
    <>
      <h2>Records</h2>
      <Browse />
      <TraceSearch />
    </>
  );
}

function Browse(): JSX.Element {
  const [of, setOf] = useState<BrowseOptions['of']>('topic');
  const [feed, setFeed] = useState<BrowseOptions['feed']>('pin');
  const { busy, error, result, run } = useCall('browse');
  const [shown, setShown] = useState('');
  const away = useAway();
  const unsupported = useUnsupported('browse');
  if (unsupported !== undefined) return <p class="unsupported">{unsupported}</p>;
  return (
    <div class="card">
      <h3>Newest records</h3>
      <form
        aria-label="Newest records"
        onSubmit={(event) => {
          event.preventDefault();
          setShown(of);
          void run({ of, feed, newest: 20 });
        }}
      >
        <div class="fields">
          <Choice label="Of a" of={['topic', 'stream'] as const} value={of} onChange={setOf} />
          <Choice label="Feed" of={FEEDS} value={feed} onChange={setFeed} />
          <button type="submit" disabled={busy || away}>
            Show
          </button>
        </div>
        <Command args={['browse', `--${of}`, feed]} />
        <Outcome
          busy={busy}
          error={error}
          text={result?.length === 0 ? 'There are no records yet.' : undefined}
        />
      </form>
      {result !== undefined && result.length > 0 && (
        <DataTable
          caption="Newest records"
          columns={
            shown === 'topic'
              ? ['Time (UTC)', 'Partition', 'Offset', 'Key', 'Value']
              : ['Time (UTC)', 'Shard', 'Sequence number', 'Key', 'Value']
          }
          rows={result.map(({ time, partition, position, key, value }) => [
            ...[moment(time), partition, position, key, value],
          ])}
        />
      )}
    </div>
  );
}

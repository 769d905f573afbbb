/** What a person can do to the running pipeline. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { BrokenRecord, PartAction } from '../../pipeline/hands';
import { Action } from './action';
import { batchSentence, sentSentence } from './outcomes';
import { Choice, NumberField } from './fields';
import { useStore } from './store';

/** The feeds, in the canonical order. */
export const FEEDS = ['pin', 'geo', 'user'] as const satisfies readonly BrokenRecord['feed'][];
const KINDS = ['not-json', 'no-row-number', 'bad-column'] as const satisfies readonly BrokenRecord['kind'][];
/** What can be done to a part, with what it is. */
export const PART_ACTIONS: Readonly<Record<PartAction['action'], string>> = {
  kill: 'Kill',
  freeze: 'Freeze',
  thaw: 'Thaw',
  restart: 'Restart',
};

/** Every control. */
export function Controls(): JSX.Element {
  return (
    <section aria-labelledby="controls-heading">
      <h2 id="controls-heading">Try it</h2>
      <p class="lead">Break something and watch: nothing gets lost, nothing arrives twice.</p>
      <div class="actions">
        <PauseEmulator />
        <EmulatorRate />
        <SendPosts />
        <Action
          title="Run the batch"
          text="Cleans the new raw files into the Delta tables."
          method="batch"
          options={{}}
          args={['batch']}
          verb="Run"
          done={batchSentence}
        />
        <SendBroken />
        <BreakPart />
      </div>
    </section>
  );
}

function PauseEmulator(): JSX.Element {
  const paused = useStore(({ emulator }) => emulator?.paused ?? false);
  return (
    <Action
      title="Emulator"
      text={paused ? 'It is paused: no posts are sent.' : 'It sends random posts on both paths.'}
      method="setEmulator"
      options={{ paused: !paused }}
      args={['emulator', paused ? 'resume' : 'pause']}
      verb={paused ? 'Resume' : 'Pause'}
      done={() => (paused ? 'The emulator is paused.' : 'The emulator sends.')}
    />
  );
}

function EmulatorRate(): JSX.Element {
  const known = useStore(({ emulator }) => emulator?.rate);
  const [wanted, setRate] = useState<number>();
  const rate = wanted ?? known ?? 10;
  const now =
    known === undefined ? '' : known === 0 ? ' It now sends as fast as it can.' : ` It is ${known} now.`;
  return (
    <Action
      title="Emulator's rate"
      text={`Posts a second; 0 is as fast as they go.${now}`}
      method="setEmulator"
      options={{ rate }}
      args={['emulator', 'rate', String(rate)]}
      verb="Set"
      done={() => 'The rate is set.'}
    >
      <NumberField label="Posts a second" value={rate} min={0} max={10_000} onChange={setRate} />
    </Action>
  );
}

function SendPosts(): JSX.Element {
  const [posts, setPosts] = useState(100);
  const [to, setTo] = useState<'both' | 'topics' | 'streams'>('both');
  return (
    <Action
      title="Send posts"
      text="Sends posts drawn at random: three records each."
      method="emulate"
      options={{ mode: 'random', posts, to }}
      args={['emulate', '--posts', String(posts), '--to', to]}
      verb="Send"
      done={sentSentence}
    >
      <NumberField label="Posts" value={posts} min={1} max={100_000} onChange={setPosts} />
      <Choice label="To" of={['both', 'topics', 'streams'] as const} value={to} onChange={setTo} />
    </Action>
  );
}

function SendBroken(): JSX.Element {
  const [feed, setFeed] = useState<BrokenRecord['feed']>('pin');
  const [kind, setKind] = useState<BrokenRecord['kind']>('bad-column');
  const [to, setTo] = useState<BrokenRecord['to']>('streams');
  return (
    <Action
      title="Send a broken record"
      text="It is refused, and kept in the quarantine with the reason: at once by the streams, after the next batch by the topics."
      method="sendBroken"
      options={{ feed, kind, to }}
      args={['send-broken', '--feed', feed, '--kind', kind, '--to', to]}
      verb="Send"
      done={({ place }) => `It is acknowledged: ${place}. Look at the quarantine.`}
    >
      <Choice label="Feed" of={FEEDS} value={feed} onChange={setFeed} />
      <Choice label="Kind" of={KINDS} value={kind} onChange={setKind} />
      <Choice label="To" of={['streams', 'topics'] as const} value={to} onChange={setTo} />
    </Action>
  );
}

function BreakPart(): JSX.Element {
  const parts = useStore((state) => state.parts) ?? [];
  const [chosen, setPart] = useState('kafka');
  const [action, setAction] = useState<PartAction['action']>('kill');
  const names = parts.map(({ name }) => name);
  const part = names.includes(chosen) ? chosen : (names[0] ?? chosen);
  return (
    <Action
      title="Break a part"
      text="Kill or freeze a process: its station turns red, what came before it waits, and then all catches up."
      method="actOnPart"
      options={{ part, action }}
      args={['part', part, action]}
      verb={PART_ACTIONS[action]}
      done={() => 'It is done. Watch the flow.'}
    >
      <Choice label="Part" of={names} value={part} onChange={setPart} />
      <Choice
        label="Action"
        of={Object.keys(PART_ACTIONS) as PartAction['action'][]}
        value={action}
        onChange={setAction}
      />
    </Action>
  );
}

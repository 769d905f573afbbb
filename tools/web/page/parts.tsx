/** The processes of the local run: state, actions, and the end of the log. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PartAction, PartState } from '../../pipeline/hands';
import { Command } from './command';
import { PART_ACTIONS } from './controls';
import { Outcome } from './outcome';
import { useAway, useStore, useUnsupported } from './store';
import { useCall } from './use-call';

const ACTIONS = Object.keys(PART_ACTIONS) as PartAction['action'][];

/** What each action does, a clause. */
const EFFECTS: Readonly<Record<PartAction['action'], string>> = {
  kill: 'SIGKILL; it is started again',
  freeze: 'SIGSTOP',
  thaw: 'SIGCONT',
  restart: 'orderly stop and start',
};

/** Every part. */
export function Parts(): JSX.Element {
  const parts = useStore((state) => state.parts);
  const reason = useStore((state) => state.unavailable?.parts);
  const unsupported = useUnsupported('parts');
  return (
    <>
      <h2>Parts</h2>
      <p class="lead">
        The processes that the local run supervises. One that dies is started again by itself.
      </p>
      {parts === null && <p class="unsupported">{unsupported ?? reason ?? 'The parts are being asked.'}</p>}
      <ul class="parts">
        {parts?.map((part) => (
          <Part key={part.name} part={part} />
        ))}
      </ul>
    </>
  );
}

function Part({ part: { name, state, pid, log, logFile } }: { readonly part: PartState }): JSX.Element {
  const { busy, error, result, run } = useCall('actOnPart');
  const away = useAway();
  const unsupported = useUnsupported('actOnPart');
  const [action, setAction] = useState<PartAction['action']>('kill');
  return (
    <li>
      <article class="card" aria-label={name}>
        <header>
          <h3>{name}</h3>
          <span class={`badge ${state === 'up' ? 'ok' : 'bad'}`}>{state}</span>
          <span class="muted">{pid === null ? 'no process' : `pid ${pid}`}</span>
        </header>
        {unsupported === undefined ? (
          <>
            <div class="fields">
              {ACTIONS.map((one) => {
                const choose = (): void => {
                  setAction(one);
                };
                return (
                  <button
                    key={one}
                    type="button"
                    class="outlined"
                    disabled={busy || away}
                    title={EFFECTS[one]}
                    aria-label={`${PART_ACTIONS[one]} ${name}`}
                    onFocus={choose}
                    onMouseEnter={choose}
                    onClick={() => void run({ part: name, action: one })}
                  >
                    {PART_ACTIONS[one]}
                  </button>
                );
              })}
            </div>
            <Command args={['part', name, action]} />
            <Outcome busy={busy} error={error} text={result === undefined ? undefined : 'It is done.'} />
          </>
        ) : (
          <p class="unsupported">{unsupported}</p>
        )}
        <details>
          <summary>End of its log</summary>
          <p class="muted path-text">{logFile}</p>
          <pre tabIndex={0} aria-label={`Log of ${name}`}>
            {log.join('\n')}
          </pre>
        </details>
      </article>
    </li>
  );
}

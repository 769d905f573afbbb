/** What the page knows of the pipeline: one state, filled by the server's events, that components read parts of. */
import { useEffect, useState } from 'preact/hooks';
import type { FlowSample } from '../../pipeline/flow';
import type { ApiMethod, Events } from '../protocol';
import type { LatencySample } from './samples';

/** The newest of each event. What has not come yet is null. */
type Newest = { readonly [Name in Exclude<keyof Events, 'flow'>]: Events[Name] | null };

/** The state. */
export interface State extends Newest {
  /** Whether the server's events come: `away` when the connection broke. */
  readonly connection: 'connecting' | 'open' | 'away';
  /** Of the last minute. */
  readonly samples: readonly FlowSample[];
  /** Of the last ten minutes. */
  readonly latencies: readonly LatencySample[];
  /** The time by which ages are shown, milliseconds. */
  readonly now: number;
}

let state: State = {
  connection: 'connecting',
  about: null,
  samples: [],
  latencies: [],
  parts: null,
  emulator: null,
  reconciliation: null,
  rejects: null,
  answers: null,
  problem: null,
  unavailable: null,
  now: Date.now(),
};

const listeners = new Set<() => void>();

/** Changes the state. */
export function update(change: (before: State) => Partial<State>): void {
  state = { ...state, ...change(state) };
  for (const listener of listeners) listener();
}

/**
 * A part of the state; the component is rendered again when that part is another value.
 *
 * @param select the same function each time.
 */
export function useStore<T>(select: (state: State) => T): T {
  const [value, setValue] = useState(() => select(state));
  useEffect(() => {
    const listener = (): void => {
      setValue(() => select(state));
    };
    listener();
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
  return value;
}

/** Why the side cannot do something, a sentence; undefined when it can. */
export function useUnsupported(method: ApiMethod): string | undefined {
  const about = useStore((known) => known.about);
  const clause = about?.unsupported[method];
  return clause === undefined ? undefined : `Stage ${about?.stage ?? ''} cannot do this: ${clause}.`;
}

/** Whether nothing can be asked now: the server does not respond. */
export function useAway(): boolean {
  return useStore(({ connection }) => connection !== 'open');
}

/** The server's events, as they come, into the state. The connection is made again by itself, however it ended. */
import { EVENTS_PATH, INSTANCE_META, type EventName, type Events } from '../protocol';
import { metaContent } from './meta';
import { KEPT_MS, LATENCY_KEPT_MS, append } from './samples';
import { type State, update } from './store';

/** The waits before the next attempt: each is twice the one before. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
/** A tab that nobody sees lets go of its connection after this: a browser opens six to one server. */
const HIDDEN_MS = 60_000;

/** What an event changes. */
type Change<Data> = (data: Data, before: State) => Partial<State>;

const CHANGES: { readonly [Name in EventName]: Change<Events[Name]> } = {
  about: (about) => {
    // The first event of a connection. When the server was started again, this page's token is no longer good.
    if (about.instance === metaContent(INSTANCE_META)) return { about, connection: 'open' };
    location.reload();
    return {};
  },
  flow: (sample, { samples, latencies }) => ({
    samples: append(samples, sample, KEPT_MS),
    latencies: append(latencies, { at: sample.at, latency: sample.latency }, LATENCY_KEPT_MS),
  }),
  parts: (parts) => ({ parts }),
  emulator: (emulator) => ({ emulator }),
  reconciliation: (reconciliation) => ({ reconciliation }),
  rejects: (rejects) => ({ rejects }),
  answers: (answers) => ({ answers }),
  problem: (problem) => ({ problem }),
  unavailable: (unavailable) => ({ unavailable }),
};

/** Connects, and from then on keeps the state up to date. */
export function follow(): void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT_MS;

  const connect = (): void => {
    source?.close();
    source = new EventSource(EVENTS_PATH);
    source.onopen = () => {
      wait = FIRST_WAIT_MS;
    };
    source.onerror = () => {
      source?.close();
      update(() => ({ connection: 'away' }));
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
    for (const [name, change] of Object.entries(CHANGES) as [EventName, Change<unknown>][]) {
      source.addEventListener(name, ({ data }: MessageEvent<string>) => {
        update((before) => change(JSON.parse(data), before));
      });
    }
  };

  connect();
  setInterval(() => {
    if (!document.hidden) update(() => ({ now: Date.now() }));
  }, 1000);
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => source?.close(), HIDDEN_MS);
    else if (source?.readyState !== EventSource.OPEN) connect();
  });
}

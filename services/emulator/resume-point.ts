/** Where a run continues, according to its ledger. */
import type { FeedName } from '../contract';
import { MAX_SEQUENCE, ledgerName, ledgerPrefix, sequenceOf, type LedgerLine } from './ledger';
import type { LedgerStore } from './ledger-store';
import type { EmulatorDestination, EmulatorMode } from './options';

const PAGE = 1000;
/** Objects of a random run that are searched for failures: some eight minutes' at one each 5 s. */
const LOOK_BACK = 100;
/** Objects read concurrently; each has at most some 4 MB. */
const READ_AT_ONCE = 10;

/** The part of a line that is kept, without its places. */
export interface SentBatch {
  readonly feed: FeedName;
  readonly from: number;
  readonly to: number;
  readonly failed: number;
  readonly refused?: number;
}

/** What must not change when a run is continued. */
export interface RunIdentity {
  readonly run: string;
  readonly destination: EmulatorDestination;
  readonly mode: EmulatorMode;
  readonly seed: number;
}

/** The last object's sequence number, or -1, by binary search: a listing cannot start from its end. */
async function lastSequence(store: LedgerStore, run: string): Promise<number> {
  const firstAfter = async (sequence: number): Promise<number> => {
    if (sequence >= MAX_SEQUENCE) return -1;
    // "-" sorts before the digits.
    const after = sequence < 0 ? `${ledgerPrefix(run)}-` : ledgerName(run, sequence);
    const [name] = await store.list(ledgerPrefix(run), after, 1);
    return name === undefined ? -1 : sequenceOf(name);
  };
  let known = await firstAfter(-1);
  if (known < 0) return -1;
  for (let step = 1; step > 0;) {
    const found = await firstAfter(known + step - 1);
    if (found > known) {
      known = found;
      step *= 2;
    } else step = Math.floor(step / 2);
  }
  return known;
}

async function allNames(store: LedgerStore, run: string): Promise<string[]> {
  const names: string[] = [];
  for (;;) {
    const page = await store.list(ledgerPrefix(run), names.at(-1) ?? '', PAGE);
    names.push(...page.filter((name) => sequenceOf(name) >= 0));
    if (page.length < PAGE) return names;
  }
}

/** The newest objects, up to LOOK_BACK. */
function newestNames(store: LedgerStore, run: string, last: number): Promise<string[]> {
  const after = last < LOOK_BACK ? `${ledgerPrefix(run)}-` : ledgerName(run, last - LOOK_BACK);
  return store.list(ledgerPrefix(run), after, LOOK_BACK);
}

/** Parses the lines of an object, and checks that they are of this run. */
async function readBatches(store: LedgerStore, name: string, identity: RunIdentity): Promise<SentBatch[]> {
  const text = await store.get(name);
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((text) => {
      let line: LedgerLine;
      try {
        line = JSON.parse(text) as LedgerLine;
      } catch {
        throw new Error(
          `The ledger object ${name} has a line that is not JSON: ${text.slice(0, 80)}. Use another run name, or delete the object.`,
        );
      }
      checkIdentity(line, identity);
      const { feed, from, to, failed, refused = 0 } = line;
      return { feed, from, to, failed, refused };
    });
}

function checkIdentity(line: LedgerLine, { run, destination, mode, seed }: RunIdentity): void {
  const path = line.path ?? 'topics';
  if (path !== destination) {
    throw new Error(
      `The run ${run} was sent to the ${path} and cannot continue to the ${destination}. Give the destination ${path}, or another run name.`,
    );
  }
  if (line.seed !== seed || line.mode !== mode) {
    throw new Error(
      `The run ${run} was made with mode ${line.mode} and seed ${line.seed} and cannot continue with mode ${mode} and seed ${seed}. Give these, or another run name.`,
    );
  }
}

/** Whether a batch is settled: every record acknowledged or permanently refused. */
function isSettled({ failed, refused = 0 }: SentBatch): boolean {
  return failed <= refused;
}

/** The positions of a feed's settled batches as minimal ranges, ascending; `to` is exclusive. */
function settledRanges(lines: readonly SentBatch[], feed: FeedName): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  const settled = lines.filter((line) => line.feed === feed && isSettled(line));
  for (const { from, to } of settled.sort((a, b) => a.from - b.from)) {
    const last = ranges.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else ranges.push({ from, to });
  }
  return ranges;
}

/** The first position not settled in every feed. */
export function firstUnsettled(lines: readonly SentBatch[], feeds: readonly FeedName[]): number {
  return Math.min(
    ...feeds.map((feed) => {
      const [first] = settledRanges(lines, feed);
      return first?.from === 0 ? first.to : 0;
    }),
  );
}

/** Failed batches whose positions were not settled by a later batch, according to the lines given. */
function stillFailed(lines: readonly SentBatch[], feeds: readonly FeedName[]): SentBatch[] {
  return feeds.flatMap((feed) => {
    const settled = settledRanges(lines, feed);
    return lines.filter(
      (line) =>
        line.feed === feed &&
        !isSettled(line) &&
        !settled.some(({ from, to }) => from <= line.from && line.to <= to),
    );
  });
}

/** Where a run continues. */
export interface ResumePoint {
  /** The first position to send. */
  readonly position: number;
  /** The sequence number of the next ledger object. */
  readonly sequence: number;
}

/**
 * Reads where a run stopped: the first position that is not settled in every feed. Failures are sent again under the
 * same identity; permanently refused records are settled, as sending them again would only repeat what follows.
 *
 * The ledger of mode `random` grows without limit, so only the newest LOOK_BACK objects are read, all of them, as
 * objects without failures may follow one. Earlier failures are not sent again.
 *
 * @throws Error when the run was created with another destination, seed or mode.
 */
export async function readResumePoint(
  store: LedgerStore,
  identity: RunIdentity,
  feeds: readonly FeedName[],
): Promise<ResumePoint> {
  const { run, mode } = identity;
  const lines: SentBatch[] = [];
  if (mode === 'random') {
    const last = await lastSequence(store, run);
    const names = last < 0 ? [] : await newestNames(store, run, last);
    for (let first = 0; first < names.length; first += READ_AT_ONCE) {
      const some = names.slice(first, first + READ_AT_ONCE);
      for (const batches of await Promise.all(some.map((name) => readBatches(store, name, identity)))) {
        lines.push(...batches);
      }
    }
    const end = lines.reduce((most, { to }) => Math.max(most, to), 0);
    const position = stillFailed(lines, feeds).reduce((least, { from }) => Math.min(least, from), end);
    return { position, sequence: last + 1 };
  }
  const names = await allNames(store, run);
  for (const name of names) lines.push(...(await readBatches(store, name, identity)));
  return {
    position: firstUnsettled(lines, feeds),
    sequence: Math.max(-1, ...names.map(sequenceOf)) + 1,
  };
}

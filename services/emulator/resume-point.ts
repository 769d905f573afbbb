/** Where a run goes on, going by its ledger. */
import type { FeedName } from '../contract';
import { MAX_SEQUENCE, ledgerName, ledgerPrefix, sequenceOf, type LedgerLine } from './ledger';
import type { LedgerStore } from './ledger-store';
import type { EmulatorDestination, EmulatorMode } from './options';

const PAGE = 1000;
/** Objects of a random run that are searched for failures: some eight minutes' while it goes on, at one each 5 s. */
const LOOK_BACK = 100;
/** Objects read at a time: one has some 4 MB at most. */
const READ_AT_ONCE = 10;

/** What of a line is kept: not its places, which are most of it. */
export interface SentBatch {
  readonly feed: FeedName;
  readonly from: number;
  readonly to: number;
  readonly failed: number;
  readonly refused?: number;
}

/** What a run must be the same in to be continued. */
export interface RunIdentity {
  readonly run: string;
  readonly destination: EmulatorDestination;
  readonly mode: EmulatorMode;
  readonly seed: number;
}

/** The last object's sequence number, or -1: by doubling and halving, as a listing cannot start from its end. */
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
          `The ledger object ${name} holds a line that is no JSON: ${text.slice(0, 80)}. Use another run name, or delete the object.`,
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
      `The run ${run} was sent to the ${path}, and cannot go on to the ${destination}. Give the destination ${path}, or another run name.`,
    );
  }
  if (line.seed !== seed || line.mode !== mode) {
    throw new Error(
      `The run ${run} was made with mode ${line.mode} and seed ${line.seed}, and cannot go on with mode ${mode} and seed ${seed}. Give these, or another run name.`,
    );
  }
}

/** Whether nothing of a batch is worth sending again: all of it is acknowledged, or refused for ever. */
function isSettled({ failed, refused = 0 }: SentBatch): boolean {
  return failed <= refused;
}

/** The positions of a feed's settled batches, as few ranges, ascending; `to` is the one after the last. */
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

/** The first position that is not settled in every feed. */
export function firstUnsettled(lines: readonly SentBatch[], feeds: readonly FeedName[]): number {
  return Math.min(
    ...feeds.map((feed) => {
      const [first] = settledRanges(lines, feed);
      return first?.from === 0 ? first.to : 0;
    }),
  );
}

/** The batches that failed and were not settled when their positions were sent another time, going by the lines given. */
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

/** Where a run goes on. */
export interface ResumePoint {
  /** The first position to send. */
  readonly position: number;
  /** The sequence number of the next ledger object. */
  readonly sequence: number;
}

/**
 * Reads where a run stopped: the first position that is not settled in every feed, so that what failed is sent again
 * under the same identity. What was refused for ever is settled: sending it again would only repeat what comes after it.
 *
 * The ledger of mode `random` grows for ever, so there only the newest LOOK_BACK objects are read, all of them: between
 * a failure and the run's end may be many objects without one. What failed before them is not sent again.
 *
 * @throws Error when the run was made with another destination, seed or mode.
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

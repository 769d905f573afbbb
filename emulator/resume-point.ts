/** Where a run goes on, going by its ledger. */
import type { FeedName } from '../feeds';
import { MAX_SEQUENCE, ledgerName, ledgerPrefix, sequenceOf, type LedgerLine } from './ledger';
import type { LedgerStore } from './ledger-store';
import type { EmulatorDestination, EmulatorMode } from './options';

const PAGE = 1000;
/** Objects of a random run that are searched for failures; a run ends soon after failures begin. */
const LOOK_BACK = 100;

/** What of a line is kept: not its places, which are most of it. */
export interface SentBatch {
  readonly feed: FeedName;
  readonly from: number;
  readonly to: number;
  readonly failed: number;
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

/** Up to LOOK_BACK objects, the newest first. */
async function newestNames(store: LedgerStore, run: string, last: number): Promise<string[]> {
  const after = last < LOOK_BACK ? `${ledgerPrefix(run)}-` : ledgerName(run, last - LOOK_BACK);
  return (await store.list(ledgerPrefix(run), after, LOOK_BACK)).reverse();
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
      const { feed, from, to, failed } = line;
      return { feed, from, to, failed };
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

/** The first position that is not acknowledged in every feed. */
export function firstUnacknowledged(lines: readonly SentBatch[], feeds: readonly FeedName[]): number {
  const ends = feeds.map((feed) => {
    const done = lines.filter((line) => line.feed === feed && line.failed === 0);
    let end = 0;
    for (const { from, to } of done.sort((a, b) => a.from - b.from)) {
      if (from > end) break;
      end = Math.max(end, to);
    }
    return end;
  });
  return Math.min(...ends);
}

/** Whether what failed was acknowledged when it was sent again, going by the lines given. */
function isMadeGood(failed: SentBatch, lines: readonly SentBatch[]): boolean {
  return lines.some(
    (line) =>
      line.feed === failed.feed && line.failed === 0 && line.from <= failed.from && line.to >= failed.to,
  );
}

/** Where a run goes on. */
export interface ResumePoint {
  /** The first position to send. */
  readonly position: number;
  /** The sequence number of the next ledger object. */
  readonly sequence: number;
}

/**
 * Reads where a run stopped: the first position not acknowledged in every feed, so that what failed is sent again under
 * the same identity. The ledger of mode `random` grows for ever, so there only the newest objects are looked at, back
 * to the first one without a failure.
 *
 * @throws Error when the run was made with another destination, seed or mode.
 */
export async function readResumePoint(
  store: LedgerStore,
  identity: RunIdentity,
  feeds: readonly FeedName[],
): Promise<ResumePoint> {
  const { run, mode } = identity;
  if (mode === 'random') {
    const last = await lastSequence(store, run);
    let position = 0;
    const seen: SentBatch[] = [];
    const names = last < 0 ? [] : await newestNames(store, run, last);
    for (const name of names) {
      const lines = await readBatches(store, name, identity);
      if (name === names[0]) position = Math.max(0, ...lines.map(({ to }) => to));
      seen.push(...lines);
      if (lines.every(({ failed }) => failed === 0)) break;
      const lost = lines.filter((line) => line.failed > 0 && !isMadeGood(line, seen));
      position = Math.min(position, ...lost.map(({ from }) => from));
    }
    return { position, sequence: last + 1 };
  }
  const names = await allNames(store, run);
  const lines: SentBatch[] = [];
  for (const name of names) lines.push(...(await readBatches(store, name, identity)));
  return {
    position: firstUnacknowledged(lines, feeds),
    sequence: Math.max(-1, ...names.map(sequenceOf)) + 1,
  };
}

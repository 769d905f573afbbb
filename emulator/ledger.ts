/**
 * The ledger: what the emulator sent, and where in Kafka it was acknowledged. It tells the reconciliation what must
 * arrive, and the next call of the same run where to go on. `docs/architecture.md` describes the objects.
 */
import type { FeedName } from '../feeds';
import { errorText } from '../source-data/connection';
import type { Clock } from './clock';
import type { LedgerStore } from './ledger-store';
import type { EmulatorMode } from './options';
import { backOff, type OffsetRange } from './send';

/** One line: one batch of one feed. */
export interface LedgerLine {
  readonly run: string;
  readonly seed: number;
  readonly mode: EmulatorMode;
  /** The batch's first position in the run's sequence, and the one after its last. */
  readonly from: number;
  readonly to: number;
  readonly feed: FeedName;
  /** Records; less than `to` - `from` when rows are missing in the source. */
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  /** Requests made. */
  readonly attempts: number;
  readonly offsets: readonly OffsetRange[];
  /** When the answer was in, ISO 8601, UTC. */
  readonly at: string;
}

/** How often and how large objects are written. */
const FLUSH_LINES = 600;
const FLUSH_MS = 5000;
/** Tries for one object, besides those of the S3 client itself: some 15 s. */
const WRITE_ATTEMPTS = 8;
const PAGE = 1000;
/** Objects of a random run that are searched for failures; a run ends soon after failures begin. */
const LOOK_BACK = 100;
/** The largest number of eight digits. */
const MAX_SEQUENCE = 99_999_999;

/** The folder of a run's objects. */
export function ledgerPrefix(run: string): string {
  return `sent/${run}/`;
}

/** The name of a run's object. */
export function ledgerName(run: string, sequence: number): string {
  return `${ledgerPrefix(run)}${String(sequence).padStart(8, '0')}.jsonl`;
}

function sequenceOf(name: string): number {
  return Number(/(\d{8})\.jsonl$/.exec(name)?.[1] ?? -1);
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

async function readLines(store: LedgerStore, name: string): Promise<LedgerLine[]> {
  const text = await store.get(name);
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      try {
        return JSON.parse(line) as LedgerLine;
      } catch {
        throw new Error(
          `The ledger object ${name} holds a line that is no JSON: ${line.slice(0, 80)}. Use another run name, or delete the object.`,
        );
      }
    });
}

/** The first position that is not acknowledged in every feed. */
export function firstUnacknowledged(lines: readonly LedgerLine[], feeds: readonly FeedName[]): number {
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
function isMadeGood(failed: LedgerLine, lines: readonly LedgerLine[]): boolean {
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
 * @throws Error when the run was made with another seed or mode.
 */
export async function readResumePoint(
  store: LedgerStore,
  run: string,
  mode: EmulatorMode,
  seed: number,
  feeds: readonly FeedName[],
): Promise<ResumePoint> {
  const check = (lines: readonly LedgerLine[]): readonly LedgerLine[] => {
    const other = lines.find((line) => line.seed !== seed || line.mode !== mode);
    if (other !== undefined) {
      throw new Error(
        `The run ${run} was made with mode ${other.mode} and seed ${other.seed}, and cannot go on with mode ${mode} and seed ${seed}. Give these, or another run name.`,
      );
    }
    return lines;
  };
  if (mode === 'random') {
    const last = await lastSequence(store, run);
    let position = 0;
    const seen: LedgerLine[] = [];
    const names = last < 0 ? [] : await newestNames(store, run, last);
    for (const name of names) {
      const lines = check(await readLines(store, name));
      if (name === names[0]) position = Math.max(0, ...lines.map(({ to }) => to));
      seen.push(...lines);
      if (lines.every(({ failed }) => failed === 0)) break;
      const lost = lines.filter((line) => line.failed > 0 && !isMadeGood(line, seen));
      position = Math.min(position, ...lost.map(({ from }) => from));
    }
    return { position, sequence: last + 1 };
  }
  const names = await allNames(store, run);
  const lines: LedgerLine[] = [];
  for (const name of names) lines.push(...check(await readLines(store, name)));
  return {
    position: firstUnacknowledged(lines, feeds),
    sequence: Math.max(-1, ...names.map(sequenceOf)) + 1,
  };
}

/** Collects lines and writes them as objects, in the background while the run goes on. Lines are kept until written. */
export class LedgerWriter {
  private lines: string[] = [];
  private oldestAt = 0;
  private running: Promise<void> = Promise.resolve();
  private isWriting = false;
  private failure: string | undefined;

  /**
   * @param sequence the number of the first object.
   */
  constructor(
    private readonly store: LedgerStore,
    private readonly run: string,
    private sequence: number,
    private readonly clock: Clock,
  ) {}

  /** Why the last write failed, when it did; the run should end then. */
  get problem(): string | undefined {
    return this.failure;
  }

  /** Adds lines. Starts a write when enough have come together, or the oldest waits long enough. */
  add(lines: readonly LedgerLine[]): void {
    if (this.lines.length === 0) this.oldestAt = this.clock.now();
    this.lines.push(...lines.map((line) => JSON.stringify(line)));
    const isDue = this.lines.length >= FLUSH_LINES || this.clock.now() - this.oldestAt >= FLUSH_MS;
    if (isDue && !this.isWriting) this.start();
  }

  /** Writes what is left. Afterwards `problem` says whether anything could not be written. */
  async close(): Promise<void> {
    await this.running;
    this.failure = undefined;
    if (this.lines.length > 0) this.start();
    await this.running;
  }

  private start(): void {
    const { lines } = this;
    this.lines = [];
    this.isWriting = true;
    this.running = this.write(`${lines.join('\n')}\n`)
      .catch((error: unknown) => {
        this.lines = [...lines, ...this.lines];
        this.failure = `The ledger sent/${this.run}/ could not be written to the sink bucket: ${errorText(error)}.`;
      })
      .finally(() => {
        this.isWriting = false;
      });
  }

  private async write(text: string): Promise<void> {
    for (let attempt = 1; ;) {
      const name = ledgerName(this.run, this.sequence);
      try {
        // A taken name is ours when an earlier try got through without its answer; else another writer's.
        const isWritten = (await this.store.create(name, text)) || (await this.store.get(name)) === text;
        this.sequence += 1;
        if (isWritten) return;
      } catch (error) {
        if (attempt >= WRITE_ATTEMPTS) throw error;
        await this.clock.sleep(backOff(attempt, Math.random()));
        attempt += 1;
      }
    }
  }
}

/** One emulation: draws posts from the source, sends their three rows, and keeps the ledger. */
import { FEEDS, FEED_NAMES, topicName, type FeedName } from '../feeds';
import { errorText } from '../source-data/connection';
import { RandomStream } from '../source-data/random';
import type { SourcePost } from '../source-data/rows';
import type { SourceReader } from '../source-data/source-reader';
import { Pacer, batchSize, type Clock } from './clock';
import { createDraw } from './draw';
import { LedgerWriter, readResumePoint, type LedgerLine } from './ledger';
import type { LedgerStore } from './ledger-store';
import { checkOptions, type CheckedOptions, type EmulatorOptions } from './options';
import { sendRecords, type SendOutcome, type SendPolicy } from './send';
import type { TopicClient } from './topic-client';

/** The real parts an emulation works with. */
export interface EmulatorPorts {
  readonly source: SourceReader;
  readonly topics: TopicClient;
  readonly ledger: LedgerStore;
  readonly clock: Clock;
}

/** What is not an option of the run but of this one call. */
export interface EmulateControl {
  /** Ends the run after the running batch; the ledger is still written. */
  readonly signal?: AbortSignal;
  /** Called after each batch. `total` is the number of posts to send, Infinity when there is no end. */
  readonly onProgress?: (progress: {
    readonly posts: number;
    readonly total: number;
    readonly seconds: number;
  }) => void;
}

/** Counts of one feed's records. `sent` = `acknowledged` + `failed`; `retried` ones were sent more than once. */
export interface FeedReport {
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly retried: number;
}

/** What an emulation did, as JSON. */
export interface EmulatorReport {
  readonly run: string;
  readonly mode: 'all' | 'random';
  readonly seed: number;
  /** The positions that were sent: `from` included, `to` excluded. */
  readonly from: number;
  readonly to: number;
  /** Posts sent, `to` - `from`. */
  readonly posts: number;
  /** Posts the source holds. */
  readonly available: number;
  readonly feeds: Readonly<Record<FeedName, FeedReport>>;
  /** Posts sent without a row in at least one table. */
  readonly incomplete: number;
  readonly seconds: number;
  /** Posts per second. */
  readonly rate: number;
  /** Why it ended: everything asked for was sent, the signal came, or something is wrong. */
  readonly ended: 'done' | 'stopped' | 'failed';
  /** True when every record sent was acknowledged, the ledger is written and nothing ended the run early but a signal. */
  readonly ok: boolean;
  /** What is odd about the source, a sentence each. Does not make the run fail. */
  readonly warnings: readonly string[];
  /** What went wrong, a sentence each. */
  readonly problems: readonly string[];
}

/** After so many batches in a row of which not one record got through, the API counts as away. */
const MAX_LOST_BATCHES = 3;
const PAUSE_PURPOSE = 102;

interface FeedCounts {
  sent: number;
  acknowledged: number;
  failed: number;
  retried: number;
}

/** The JSON texts of a feed's records: key = row number, value = the row with the keys in the feed's order. */
export function recordsOf(feed: FeedName, posts: readonly SourcePost[]): string[] {
  return posts.flatMap(({ rowNumber, rows }) => {
    const row = rows[feed];
    if (row === undefined) return [];
    const value = Object.fromEntries(FEEDS[feed].source.map(({ name }) => [name, row[name] ?? null]));
    return [`{"key":${rowNumber},"value":${JSON.stringify(value)}}`];
  });
}

class Emulation {
  private readonly counts: Record<FeedName, FeedCounts> = {
    pin: { sent: 0, acknowledged: 0, failed: 0, retried: 0 },
    geo: { sent: 0, acknowledged: 0, failed: 0, retried: 0 },
    user: { sent: 0, acknowledged: 0, failed: 0, retried: 0 },
  };
  private readonly problems = new Set<string>();
  private incomplete = 0;
  private lostBatches = 0;

  constructor(
    private readonly options: CheckedOptions,
    private readonly ports: EmulatorPorts,
    private readonly control: EmulateControl,
  ) {}

  async run(): Promise<EmulatorReport> {
    const { options, ports, control } = this;
    const { source, clock } = ports;
    const started = clock.now();
    const { rowNumbers, warnings } = await source.rowNumbers();
    if (rowNumbers.length === 0) {
      throw new Error('The source holds no posts: its three tables are empty. Seed the database first.');
    }
    const resume = await readResumePoint(ports.ledger, options.run, options.mode, options.seed, FEED_NAMES);
    const ledger = new LedgerWriter(ports.ledger, options.run, resume.sequence, clock);
    const draw = createDraw(options.mode, options.seed, rowNumbers);
    const from = resume.position;
    const wanted = from + options.posts;
    const end = options.mode === 'all' ? Math.max(from, Math.min(rowNumbers.length, wanted)) : wanted;
    const size = options.pause > 0 ? 1 : batchSize(options.rate, options.batchPosts);
    const read = (first: number): Promise<SourcePost[]> => {
      const last = Math.min(first + size, end);
      const posts = source.read(Array.from({ length: last - first }, (_, index) => draw(first + index)));
      // It is awaited one batch later; should the run end before, its failure must not go unhandled.
      posts.catch(() => undefined);
      return posts;
    };
    const seconds = (): number => Math.round(clock.now() - started) / 1000;
    const pacer = new Pacer(options.pause > 0 ? 0 : options.rate, clock);
    let position = from;
    let failed = false;
    try {
      let next = position < end ? read(position) : undefined;
      while (next !== undefined && !this.isStopped()) {
        const posts = await next;
        await pacer.pass(posts.length, control.signal);
        if (this.isStopped()) break;
        const to = position + posts.length;
        next = to < end ? read(to) : undefined;
        const goOn = await this.sendBatch(posts, position, to, ledger);
        position = to;
        control.onProgress?.({ posts: position - from, total: end - from, seconds: seconds() });
        if (!goOn) {
          failed = true;
          break;
        }
        if (next !== undefined) await this.pause(position);
      }
    } catch (error) {
      this.problems.add(errorText(error));
      failed = true;
    }
    await ledger.close();
    if (ledger.problem !== undefined) this.problems.add(ledger.problem);
    const posts = position - from;
    const ended = failed ? 'failed' : position < end ? 'stopped' : 'done';
    return {
      run: options.run,
      mode: options.mode,
      seed: options.seed,
      from,
      to: position,
      posts,
      available: rowNumbers.length,
      feeds: this.counts,
      incomplete: this.incomplete,
      seconds: seconds(),
      rate: seconds() > 0 ? Math.round((posts / seconds()) * 10) / 10 : 0,
      ended,
      ok: !failed && this.problems.size === 0 && FEED_NAMES.every((feed) => this.counts[feed].failed === 0),
      warnings,
      problems: [...this.problems],
    };
  }

  private isStopped(): boolean {
    return this.control.signal?.aborted === true;
  }

  /** Sends one batch and notes it in the ledger. Returns false when the run cannot go on. */
  private async sendBatch(
    posts: readonly SourcePost[],
    from: number,
    to: number,
    ledger: LedgerWriter,
  ): Promise<boolean> {
    const { options, ports, control } = this;
    const policy: SendPolicy = {
      attempts: options.attempts,
      batchBytes: options.batchBytes,
      clock: ports.clock,
      random: Math.random,
      signal: control.signal,
    };
    const { run, seed, mode } = options;
    const lines = await Promise.all(
      FEED_NAMES.map(async (feed): Promise<LedgerLine & SendOutcome> => {
        const topic = topicName(options.userId, feed);
        const outcome = await sendRecords(ports.topics, topic, recordsOf(feed, posts), policy);
        return { run, seed, mode, from, to, feed, ...outcome, at: new Date().toISOString() };
      }),
    );
    ledger.add(lines.map(({ retried: _r, problems: _p, refused: _f, ...line }) => line));
    for (const line of lines) {
      const counts = this.counts[line.feed];
      counts.sent += line.sent;
      counts.acknowledged += line.acknowledged;
      counts.failed += line.failed;
      counts.retried += line.retried;
      for (const problem of line.problems) if (this.problems.size < 20) this.problems.add(problem);
    }
    this.incomplete += posts.filter(({ rows }) => FEED_NAMES.some((feed) => rows[feed] === undefined)).length;
    const isLost =
      lines.some(({ sent }) => sent > 0) && lines.every(({ acknowledged }) => acknowledged === 0);
    this.lostBatches = isLost ? this.lostBatches + 1 : 0;
    if (this.lostBatches >= MAX_LOST_BATCHES) {
      this.problems.add(`Stopped: not one record of ${MAX_LOST_BATCHES} batches in a row was acknowledged.`);
    }
    return (
      !lines.some(({ refused }) => refused) &&
      this.lostBatches < MAX_LOST_BATCHES &&
      ledger.problem === undefined
    );
  }

  /** The original's pause after a post, drawn by seed and position. */
  private async pause(position: number): Promise<void> {
    const { pause, seed } = this.options;
    if (pause === 0) return;
    const fraction = new RandomStream().reset(seed, PAUSE_PURPOSE, position).fraction();
    await this.ports.clock.sleep(fraction * pause * 1000, this.control.signal);
  }
}

/**
 * Sends posts of the source to the API.
 *
 * A run is continued where its ledger ends. What fails after all retries is counted, noted in the ledger and reported;
 * the run itself ends early only when the API refuses (401, 403, 404 …), is away for three batches in a row, the
 * source cannot be read any more, or the ledger cannot be written.
 *
 * @throws RangeError for an option that cannot be used; Error, before anything was sent, when the source cannot be read
 * or is empty, or when the ledger cannot be read or belongs to another seed.
 */
export async function emulate(
  options: EmulatorOptions,
  ports: EmulatorPorts,
  control: EmulateControl = {},
): Promise<EmulatorReport> {
  return new Emulation(checkOptions(options), ports, control).run();
}

/** One emulation: draws posts from the source, sends their three rows, and keeps the ledger. */
import { FEED_NAMES, type FeedName } from '../contract';
import { errorText } from '../source/connection';
import { RandomStream } from '../source/random';
import type { SourcePost } from '../source/rows';
import type { SourceReader } from '../source/source-reader';
import type { ApiClient } from './api-client';
import { Pacer, batchSize, type Clock, type Pace } from './clock';
import { deliverTo, type Deliver } from './deliver';
import { createDraw } from './draw';
import type { LedgerStore } from './ledger-store';
import { LedgerWriter } from './ledger-writer';
import { checkOptions, type CheckedOptions, type EmulatorOptions } from './options';
import { recordsOf } from './records';
import type { EmulatorReport, FeedReport } from './report';
import { readResumePoint } from './resume-point';
import type { SendPolicy } from './send';

/** The ports of an emulation. */
export interface EmulatorPorts {
  readonly source: SourceReader;
  readonly api: ApiClient;
  readonly ledger: LedgerStore;
  readonly clock: Clock;
}

/** Per-call settings. */
export interface EmulateControl {
  /** Ends the run after the current batch; the ledger is still written. */
  readonly signal?: AbortSignal;
  /**
   * The pace, asked between batches and while posts wait; undefined ends the run as the signal does, but the last batch
   * is sent with its retries. Default: the rate of the options, without a pause.
   */
  readonly pace?: () => Pace | undefined;
  /** Called after each batch. `total` is the number of posts to send, Infinity when unlimited. */
  readonly onProgress?: (progress: {
    readonly posts: number;
    readonly total: number;
    readonly seconds: number;
  }) => void;
}

/** After so many consecutive batches without an acknowledged record the run stops. */
const MAX_LOST_BATCHES = 3;
const PAUSE_PURPOSE = 102;

type FeedCounts = { -readonly [count in keyof FeedReport]: FeedReport[count] };

function noCounts(): FeedCounts {
  return { sent: 0, acknowledged: 0, failed: 0, retried: 0 };
}

class Emulation {
  private readonly counts: Record<FeedName, FeedCounts> = {
    pin: noCounts(),
    geo: noCounts(),
    user: noCounts(),
  };
  private readonly problems = new Set<string>();
  private incomplete = 0;
  private lostBatches = 0;
  private readonly deliver: Deliver;

  constructor(
    private readonly options: CheckedOptions,
    private readonly ports: EmulatorPorts,
    private readonly control: EmulateControl,
  ) {
    this.deliver = deliverTo(options, ports.api);
  }

  async run(): Promise<EmulatorReport> {
    const { options, ports, control } = this;
    const { source, clock } = ports;
    const started = clock.now();
    const { rowNumbers, warnings } = await source.rowNumbers();
    if (rowNumbers.length === 0) {
      throw new Error('The source holds no posts: its three tables are empty. Seed the database first.');
    }
    const resume = await readResumePoint(ports.ledger, options, FEED_NAMES);
    const ledger = new LedgerWriter(ports.ledger, options.run, resume.sequence, clock);
    const draw = createDraw(options.mode, options.seed, rowNumbers);
    const from = resume.position;
    const wanted = from + options.posts;
    const end = options.mode === 'all' ? Math.max(from, Math.min(rowNumbers.length, wanted)) : wanted;
    const most = options.pause > 0 || options.streamRoute === 'record' ? 1 : options.batchPosts;
    const steady: Pace = { paused: false, rate: options.pause > 0 ? 0 : options.rate };
    const pace = control.pace ?? (() => steady);
    // In a pause nothing is added that would write what is there.
    const pacer = new Pacer(() => {
      const next = pace();
      if (next?.paused === true) ledger.flush();
      return next;
    }, clock);
    const read = (first: number): Promise<SourcePost[]> => {
      const last = Math.min(first + batchSize(pace()?.rate ?? 0, most), end);
      const posts = source.read(Array.from({ length: last - first }, (_, index) => draw(first + index)));
      // Awaited one batch later; if the run ends first, its rejection must not go unhandled.
      posts.catch(() => undefined);
      return posts;
    };
    const seconds = (): number => Math.round(clock.now() - started) / 1000;
    let position = from;
    let failed = false;
    try {
      let next = position < end ? read(position) : undefined;
      while (next !== undefined && !this.isStopped()) {
        const ready = await next;
        const allowed = await pacer.pass(ready.length, control.signal);
        if (allowed === 0 || this.isStopped()) break;
        const posts = ready.slice(0, allowed);
        const rest = ready.slice(allowed); // The rate was lowered after they were read.
        const to = position + posts.length;
        next = rest.length > 0 ? Promise.resolve(rest) : to < end ? read(to) : undefined;
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
      destination: options.destination,
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

  /** Sends one batch and records it in the ledger. Returns false when the run must end. */
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
    const outcomes = await Promise.all(
      FEED_NAMES.map(async (feed) => ({
        feed,
        ...(await this.deliver(feed, recordsOf(feed, posts), policy)),
        at: new Date().toISOString(),
      })),
    );
    ledger.add(
      outcomes.map(({ feed, sent, acknowledged, failed, unsendable, attempts, acknowledgement, at }) => ({
        ...{ run, seed, mode, from, to, feed, sent, acknowledged, failed },
        ...(unsendable > 0 ? { refused: unsendable } : {}),
        attempts,
        ...acknowledgement,
        at,
      })),
    );
    for (const outcome of outcomes) {
      const counts = this.counts[outcome.feed];
      counts.sent += outcome.sent;
      counts.acknowledged += outcome.acknowledged;
      counts.failed += outcome.failed;
      counts.retried += outcome.retried;
      for (const problem of outcome.problems) if (this.problems.size < 20) this.problems.add(problem);
    }
    this.incomplete += posts.filter(({ rows }) => FEED_NAMES.some((feed) => rows[feed] === undefined)).length;
    const isLost =
      outcomes.some(({ sent }) => sent > 0) && outcomes.every(({ acknowledged }) => acknowledged === 0);
    this.lostBatches = isLost ? this.lostBatches + 1 : 0;
    if (this.lostBatches >= MAX_LOST_BATCHES) {
      this.problems.add(`Stopped: no record of ${MAX_LOST_BATCHES} consecutive batches was acknowledged.`);
    }
    return (
      !outcomes.some(({ refused }) => refused) &&
      this.lostBatches < MAX_LOST_BATCHES &&
      ledger.problem === undefined
    );
  }

  /** The pause after a post, drawn by seed and position. */
  private async pause(position: number): Promise<void> {
    const { pause, seed } = this.options;
    if (pause === 0) return;
    const fraction = new RandomStream().reset(seed, PAUSE_PURPOSE, position).fraction();
    await this.ports.clock.sleep(fraction * pause * 1000, this.control.signal);
  }
}

/**
 * Sends posts of the source to the API: to the topics, or to the streams.
 *
 * A run continues where its ledger ends, or at an earlier failure. Records that fail after all retries, or are refused
 * permanently, are counted, recorded in the ledger and reported. The run ends early only when the API refuses (401,
 * 403, 404 …) or is unavailable for three batches, the source cannot be read any more, or the ledger cannot be written.
 *
 * @throws RangeError for an invalid option; Error, before anything is sent, when the source cannot be read or is empty,
 * or when the ledger cannot be read or belongs to another seed or destination.
 */
export async function emulate(
  options: EmulatorOptions,
  ports: EmulatorPorts,
  control: EmulateControl = {},
): Promise<EmulatorReport> {
  return new Emulation(checkOptions(options), ports, control).run();
}

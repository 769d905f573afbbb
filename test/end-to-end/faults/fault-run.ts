/** A running pipeline that sends nothing by itself, and what is counted in it. */
import type { BatchReport } from '../../../tools/pipeline/batch';
import type { Deployment } from '../../../tools/pipeline/deployment';
import { runningLocalDeployment } from '../../../tools/local-run/local-deployment';
import type {
  FeedReconciliation,
  Reconciliation,
  StreamReconciliation,
} from '../../../tools/pipeline/reconcile';
import { streamRecords } from '../../../tools/pipeline/stream-records';
import type { EmulatorReport } from '../../../services/emulator';
import { FEED_NAMES, streamName, type FeedName } from '../../../services/contract';
import { PipelineRun, pipelineJson, reset } from '../support/pipeline-run';

/** Posts in the source database. */
export const POSTS = 1000;

/** A bound for one test, not an expectation. */
export const TEST_LIMIT_MS = 2_400_000;
/** A bound, not an expectation. */
const APPEND_LIMIT_MS = 600_000;

/** The streaming path's part of a reconciliation. */
export type Streams = Readonly<Record<FeedName, StreamReconciliation>>;

const PLACES = ['sent', 'acknowledged', 'unacknowledged', 'table', 'quarantine'] as const;
type Place = (typeof PLACES)[number];

/** What a feed has more than before. */
export function growth(after: StreamReconciliation, before: StreamReconciliation): Record<Place, number> {
  return Object.fromEntries(PLACES.map((place) => [place, after[place] - before[place]])) as Record<
    Place,
    number
  >;
}

/** Every record of a sending came through in the end. */
export function expectAllThrough({ feeds }: EmulatorReport, posts: number): void {
  expect(feeds).toMatchObject(
    Object.fromEntries(FEED_NAMES.map((feed) => [feed, { sent: posts, acknowledged: posts, failed: 0 }])),
  );
}

const NOTHING_LOST = FEED_NAMES.map((feed) => ({ feed, missing: 0, duplicate: 0 }));

/** The pipeline, from `start` on. */
export class FaultRun {
  pipeline!: PipelineRun;
  deployment!: Deployment;
  /** What the streams had at the last count, as long as nothing was sent since. */
  private lastStreams: Streams | undefined;

  constructor(readonly userId: string) {}

  async start(): Promise<void> {
    await reset(this.userId);
    this.pipeline = new PipelineRun(this.userId, '--posts', String(POSTS), '--no-random', '--restarts', '20');
    await this.pipeline.printed(/Press Ctrl-C to stop/, 1, 2_000_000);
    this.deployment = await runningLocalDeployment(this.userId);
  }

  async stop(): Promise<void> {
    await this.pipeline.interrupt();
    await reset(this.userId);
  }

  /** Cleans what is there and reconciles; every feed must come out with nothing missing and nothing double. */
  async topics(): Promise<Record<FeedName, FeedReconciliation>> {
    await pipelineJson<BatchReport>(this.userId, 'batch');
    const { feeds } = await pipelineJson<Reconciliation>(this.userId, 'reconcile', '--wait', '400');
    expect(feeds.map(({ feed, missing, duplicate }) => ({ feed, missing, duplicate }))).toEqual(NOTHING_LOST);
    return Object.fromEntries(feeds.map((row) => [row.feed, row])) as Record<FeedName, FeedReconciliation>;
  }

  /** How many records a stream holds, told by no one but the stream. Nothing may be on its way to it. */
  private async recordsOf(feed: FeedName): Promise<number> {
    let count = 0;
    const name = streamName(this.userId, feed);
    for await (const record of streamRecords(this.deployment.aws, name, new Date(0), new Date())) {
      if (record.sequence_number !== '') count += 1;
    }
    return count;
  }

  /**
   * Waits for the functions and reconciles: every feed must come out with nothing missing and nothing double, and each
   * record of its stream, whoever sent it, must be in one place. Nothing may be on its way to the streams.
   */
  async streams(): Promise<Streams> {
    const records = Object.fromEntries(
      await Promise.all(FEED_NAMES.map(async (feed) => [feed, await this.recordsOf(feed)] as const)),
    );
    // The reconciliation does not wait for what is in no ledger.
    for (const deadline = Date.now() + APPEND_LIMIT_MS; ;) {
      const { streams } = await pipelineJson<Reconciliation>(this.userId, 'reconcile', '--wait', '400');
      expect(streams.map(({ feed, missing, duplicate }) => ({ feed, missing, duplicate }))).toEqual(
        NOTHING_LOST,
      );
      const stored = streams.map(({ feed, table, quarantine }) => [feed, table + quarantine] as const);
      if (stored.some(([feed, count]) => count < (records[feed] ?? 0)) && Date.now() < deadline) continue;
      expect(Object.fromEntries(stored)).toEqual(records);
      for (const { acknowledged, unacknowledged, table, quarantine } of streams) {
        expect(table + quarantine).toBe(acknowledged + unacknowledged);
      }
      this.lastStreams = Object.fromEntries(streams.map((row) => [row.feed, row])) as Streams;
      return this.lastStreams;
    }
  }

  /** What the streams have before a test sends anything. */
  async knownStreams(): Promise<Streams> {
    const found = this.lastStreams ?? (await this.streams());
    this.lastStreams = undefined; // A test that fails leaves an unknown state.
    return found;
  }

  /** The emulator's posts are rows, and besides them only those whose response was lost, and that were sent again. */
  expectRows(after: Streams, before: Streams, posts: number): void {
    for (const feed of FEED_NAMES) {
      const more = growth(after[feed], before[feed]);
      expect(more).toEqual({
        ...{ sent: posts, acknowledged: posts, quarantine: 0 },
        ...{ table: posts + more.unacknowledged, unacknowledged: expect.any(Number) as number },
      });
    }
  }
}

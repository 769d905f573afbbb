/** The batch path in trouble: parts killed in mid-flow, and a row that breaks the contract. */
import type { Inspection } from '../../../tools/pipeline/documents.generated';
import type { Reconciliation } from '../../../tools/pipeline/reconcile';
import { runTableEngine } from '../../../tools/pipeline/table-engine';
import type { EmulatorReport } from '../../../services/emulator';
import { FEED_NAMES, type FeedName } from '../../../services/contract';
import { pythonExecutable } from '../../../tools/local-run/paths';
import { PostGenerator } from '../../../services/source/generator';
import { killBeforeResponse } from '../support/lost-responses';
import { pipelineJson, startSending } from '../support/pipeline-run';
import { insertPost } from '../support/source-rows';
import { sample } from '../../sweeps';
import { POSTS, TEST_LIMIT_MS, expectAllThrough, type FaultRun } from './fault-run';

/** The tests; `run` is started when they are. */
export function topicFaults(run: FaultRun): void {
  const { userId } = run;

  it.each(sample('killed in mid-flow', ['kafka-connect', 'kafka', 'rest-proxy'], 1))(
    '%s killed in mid-flow is started again, and nothing is lost or doubled',
    async (name) => {
      const args = ['--posts', '1500', '--rate', '300', '--run', `kill-${name}`];
      const { report } = await startSending(userId, ...args);
      const part = run.pipeline.part(name);
      process.kill(part.pid, 'SIGKILL');
      expectAllThrough(await report, 1500);
      await run.pipeline.restarted(part);
      const rows = await run.topics();
      for (const feed of FEED_NAMES) expect(rows[feed].table).toBe(POSTS);
    },
    TEST_LIMIT_MS,
  );

  it(
    'the proxy killed between acknowledgement and response: the records are in the topic twice, in the table once',
    async () => {
      const args = ['--posts', '3000', '--rate', '300', '--run', 'lost-responses'];
      const { report } = await startSending(userId, ...args);
      const proxy = run.pipeline.part('rest-proxy');
      const lost = await killBeforeResponse(run.deployment, run.pipeline.part('kafka').pid, proxy.pid);
      const sent = await report;
      expectAllThrough(sent, 3000);
      await run.pipeline.restarted(proxy);
      const rows = await run.topics();
      const { feeds } = await runTableEngine<Inspection>(run.deployment, 'inspect', {
        python: pythonExecutable(),
      });
      for (const feed of FEED_NAMES) {
        const offsets = lost.filter((one) => one.feed === feed);
        const records = offsets.reduce((sum, { from, to }) => sum + to - from, 0);
        expect(records).toBeGreaterThan(0);
        expect(sent.feeds[feed].retried).toBeGreaterThan(0);
        // They are stored, and the emulator has not heard of it: the ledger has none of these offsets.
        for (const { partition, from, to } of offsets) {
          const ranges = feeds[feed].acknowledged_offsets[String(partition)] ?? [];
          expect(ranges.filter(([first, last]) => first < to && last >= from)).toEqual([]);
        }
        expect(rows[feed].unacknowledged).toBeGreaterThanOrEqual(records);
        expect(rows[feed].table).toBe(POSTS);
      }
    },
    TEST_LIMIT_MS,
  );

  it(
    'a row of the database that breaks the contract goes to quarantine',
    async () => {
      const before = await run.topics();
      const post = new PostGenerator(100).post(POSTS);
      await insertPost(run.deployment, run.pipeline.part('mariadb').pid, {
        ...post,
        geo: { ...post.geo, latitude: 95 },
      });
      const report = await pipelineJson<EmulatorReport>(
        ...[userId, 'emulate', '--mode', 'all', '--rate', '0', '--run', 'one-more-post'],
      );
      expectAllThrough(report, POSTS + 1);
      await pipelineJson<Reconciliation>(userId, 'reconcile', '--wait', '400');
      const after = await run.topics();
      const growth = (feed: FeedName, place: 'table' | 'quarantine'): number =>
        after[feed][place] - before[feed][place];
      expect([growth('geo', 'table'), growth('geo', 'quarantine')]).toEqual([0, 1]);
      for (const feed of ['pin', 'user'] as const) {
        expect([growth(feed, 'table'), growth(feed, 'quarantine')]).toEqual([1, 0]);
      }
    },
    TEST_LIMIT_MS,
  );
}

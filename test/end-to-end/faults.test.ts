/** One pipeline in all kinds of trouble: afterwards nothing is missing and nothing double, on either path. */
import type { EmulatorReports } from '../../tools/pipeline/emulate';
import { FaultRun, POSTS, TEST_LIMIT_MS, expectAllThrough } from './faults/fault-run';
import { streamFaults } from './faults/streams';
import { topicFaults } from './faults/topics';
import { startSending } from './support/pipeline-run';

describe('a pipeline in trouble', () => {
  const run = new FaultRun('e2e-faults');

  beforeAll(() => run.start(), TEST_LIMIT_MS);
  afterAll(() => run.stop(), 600_000);

  it(
    'the local AWS killed in mid-flow is started again, and nothing is lost or doubled on both paths',
    async () => {
      const before = await run.knownStreams();
      const args = ['--to', 'both', '--posts', '1500', '--rate', '300', '--run', 'kill-ministack'];
      const { report } = await startSending<EmulatorReports>(run.userId, ...args);
      const part = run.pipeline.part('ministack');
      process.kill(part.pid, 'SIGKILL');
      const { topics, streams } = await report;
      expectAllThrough(topics, 1500);
      expectAllThrough(streams, 1500);
      await run.pipeline.restarted(part);
      run.expectRows(await run.streams(), before, 1500);
      for (const { table } of Object.values(await run.topics())) expect(table).toBe(POSTS);
    },
    TEST_LIMIT_MS,
  );

  describe('on the way to the streams', () => {
    streamFaults(run);
  });

  // After the streams: it ends with one post more in the database.
  describe('on the way to the topics', () => {
    topicFaults(run);
  });
});

/** Waits until what was sent has come through: to the raw files, and to the streams' tables. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FEED_NAMES, topicName } from '../../services/contract';
import type { Deployment } from '../pipeline/deployment';
import { withKafkaReader } from '../pipeline/kafka-reader';
import { inspectStreams, onTheirWay } from '../pipeline/stream-inspection';
import { pythonExecutable } from './paths';

/** How long sink and functions may make no progress: a worker that was killed may take a minute to be back. */
const PATIENCE_MS = 180_000;
const POLL_MS = 250;

/**
 * Asks again and again until nothing waits any more.
 *
 * @param waiting how many records wait.
 * @param stalled what is said when there are no fewer of them for {@link PATIENCE_MS}.
 */
async function untilNone(
  waiting: () => Promise<number>,
  signal: AbortSignal,
  stalled: (seconds: number, count: number) => string,
): Promise<void> {
  let best = Infinity;
  let progressAt = Date.now();
  for (;;) {
    signal.throwIfAborted();
    const count = await waiting();
    if (count === 0) return;
    if (count < best) {
      best = count;
      progressAt = Date.now();
    } else if (Date.now() - progressAt > PATIENCE_MS) {
      throw new Error(stalled(PATIENCE_MS / 1000, count));
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

/**
 * Waits until the functions have appended everything that the streams have acknowledged by now.
 *
 * @throws Error when they make no progress for three minutes.
 */
export function untilAppended(target: Deployment, signal: AbortSignal): Promise<void> {
  return untilNone(
    async () => onTheirWay(await inspectStreams(target, { python: pythonExecutable(), signal })),
    signal,
    (seconds, count) =>
      `The functions have appended nothing for ${seconds} s; ${count} records are waiting. logs/ministack.log has their errors.`,
  );
}

/**
 * Waits until the sink has stored everything that is in the topics now.
 *
 * @throws Error when it makes no progress for three minutes.
 */
export async function untilStored(target: Deployment, signal: AbortSignal): Promise<void> {
  const topics = FEED_NAMES.map((feed) => topicName(target.userId, feed));
  await withKafkaReader(target, async (kafka) => {
    const ends = await kafka.endOffsets(topics);
    await untilNone(
      async () => {
        const lags = await kafka.sinkLag(target.outputs.SinkConnectorName, ends);
        return [...lags.values()].flatMap((lag) => [...lag.values()]).reduce((sum, one) => sum + one, 0);
      },
      signal,
      (seconds, count) =>
        `The S3 sink has stored nothing for ${seconds} s; ${count} records are waiting. \`npm run pipeline -- status\` shows the connector's state, logs/kafka-connect.log its log.`,
    );
  });
}

/** Makes Kafka store records whose acknowledgement no one hears of. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment } from '../../../tools/pipeline/deployment';
import { withKafkaReader } from '../../../tools/pipeline/kafka-reader';
import { FEED_NAMES, type FeedName, topicName } from '../../../services/contract';

/** Offsets `from` (included) to `to` (excluded) of a feed's topic. */
export interface OffsetSpan {
  readonly feed: FeedName;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

const ATTEMPTS = 10;
/** What a running process does with what lies ready for it takes milliseconds; this is ample. */
const AMPLE_MS = 2_000;

/** The end offset of every partition, by `<feed>/<partition>`. */
function readEnds(deployment: Deployment): Promise<ReadonlyMap<string, number>> {
  const topicOf = (feed: FeedName): string => topicName(deployment.userId, feed);
  return withKafkaReader(deployment, async (kafka) => {
    const ends = await kafka.endOffsets(FEED_NAMES.map(topicOf));
    return new Map(
      FEED_NAMES.flatMap((feed) =>
        [...(ends.get(topicOf(feed)) ?? [])].map(
          ([partition, end]) => [`${feed}/${partition}`, end] as const,
        ),
      ),
    );
  });
}

/** The end offsets once the broker has stored what it had been given, while no one sends: they no longer change. */
async function settledEnds(deployment: Deployment): Promise<ReadonlyMap<string, number>> {
  for (let before: ReadonlyMap<string, number> | undefined; ;) {
    await sleep(AMPLE_MS);
    const ends = await readEnds(deployment);
    const last = before;
    if (last !== undefined && [...ends].every(([name, end]) => last.get(name) === end)) return ends;
    before = ends;
  }
}

function growth(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): OffsetSpan[] {
  return FEED_NAMES.flatMap((feed) =>
    [...after].flatMap(([name, to]) => {
      const from = before.get(name) ?? 0;
      const [of, partition] = name.split('/');
      return of === feed && to > from ? [{ feed, partition: Number(partition), from, to }] : [];
    }),
  );
}

/**
 * Kills the REST proxy after Kafka has stored records of every feed for it, and before it could know. Posts must be
 * flowing. The two processes are stopped in turn, so that it does not depend on luck: while the broker stands still the
 * proxy hands records over to it; while the proxy stands still the broker stores and acknowledges them; then it is killed.
 *
 * @returns where the records stand whose responses were lost.
 */
export async function killBeforeResponse(
  deployment: Deployment,
  brokerPid: number,
  proxyPid: number,
): Promise<OffsetSpan[]> {
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      process.kill(proxyPid, 'SIGSTOP');
      const before = await settledEnds(deployment); // What was on its way to the broker is stored, and belongs to it.
      process.kill(brokerPid, 'SIGSTOP');
      process.kill(proxyPid, 'SIGCONT');
      await sleep(AMPLE_MS);
      process.kill(proxyPid, 'SIGSTOP');
      process.kill(brokerPid, 'SIGCONT');
      const stored = growth(before, await settledEnds(deployment));
      if (FEED_NAMES.every((feed) => stored.some((span) => span.feed === feed))) {
        process.kill(proxyPid, 'SIGKILL');
        return stored;
      }
      process.kill(proxyPid, 'SIGCONT'); // It was between two batches: let some more pass.
      await sleep(AMPLE_MS / 4);
    }
    throw new Error(`Not once in ${ATTEMPTS} attempts had the proxy records of every feed on their way.`);
  } finally {
    process.kill(brokerPid, 'SIGCONT');
    try {
      process.kill(proxyPid, 'SIGCONT');
    } catch {
      // It is gone, as it should be.
    }
  }
}

/** What was refused: the quarantine, and the dead-letter records that wait in Kafka for the next batch. */
import { S3Client } from '@aws-sdk/client-s3';
import { deadLetterTopicName } from '../../services/contract';
import { createKafka } from '../../services/kafka-client';
import { withAdmin } from '../../services/kafka-client/admin';
import { readRanges } from '../../services/kafka-client/read-ranges';
import { deadLetterOf } from '../../lambda/dead-letters/dead-letter';
import { storedOffsets } from '../../lambda/topics/raw-files';
import { TOPICS_DIRECTORY } from '../../lib/sink/connector-config';
import type { Deployment } from './deployment';
import type { RejectedRecords } from './documents.generated';
import type { Rejects } from './flow';
import { runTableEngine, type TableEngineOptions } from './table-engine';

/** The dead-letter records are read for at most so long, and so many of a partition; the next batch takes them all. */
const PATIENCE_MS = 10_000;
const MOST_WAITING = 1000;

/** The quarantine's counts and newest rows. Without Kafka, dead-letter records of the last batch are the newest. */
export async function readRejects(
  deployment: Deployment,
  newest: number | undefined,
  options: Pick<TableEngineOptions, 'python' | 'signal'>,
): Promise<Rejects> {
  const waiting = await waitingDeadLetters(deployment).catch(() => []);
  const found = await runTableEngine<RejectedRecords>(deployment, 'rejects', {
    ...options,
    args: newest === undefined ? [] : ['--newest', String(newest)],
    input: waiting.map((line) => `${line}\n`),
  });
  return found as Rejects;
}

/** The dead-letter records that are in no object of the bucket yet, as its objects have them. */
async function waitingDeadLetters({
  bootstrapServers,
  userId,
  aws,
  outputs,
}: Deployment): Promise<readonly string[]> {
  const topic = deadLetterTopicName(userId);
  const kafka = createKafka({ bootstrapServers, clientId: 'pipeline-rejects' });
  const s3 = new S3Client({ ...aws, forcePathStyle: aws.endpoint !== undefined });
  const lines: string[] = [];
  try {
    const stored = storedOffsets(s3, { bucket: outputs.SinkBucketName, folder: TOPICS_DIRECTORY });
    const offsets = await withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic), {
      patienceMs: PATIENCE_MS,
    });
    const ranges = await Promise.all(
      offsets.map(async ({ partition, low, high }) => {
        const end = Number(high);
        const next = Math.max(Number(low), await stored(topic, partition), end - MOST_WAITING);
        return { partition, next, end };
      }),
    );
    const deadline = Date.now() + PATIENCE_MS;
    await readRanges(kafka, { topic, ranges, groupPrefix: 'pipeline-cli-', deadline }, (message) => {
      lines.push(JSON.stringify(deadLetterOf(message)));
    });
  } finally {
    s3.destroy();
  }
  return lines;
}

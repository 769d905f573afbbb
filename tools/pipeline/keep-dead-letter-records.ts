/** What the function of a stage on AWS does every hour: dead-letter records from Kafka into the bucket, before a batch. */
import { S3Client } from '@aws-sdk/client-s3';
import { createKafka } from '../../services/kafka-client';
import { keepDeadLetters } from '../../lambda/dead-letters/keep';
import { TOPICS_DIRECTORY } from '../../lib/sink/connector-config';
import type { Deployment } from './deployment';

const PATIENCE_MS = 60_000;

/**
 * Copies new dead-letter records of a local run. When that fails, the batch continues without them: it says so on standard error, and
 * the next one takes them.
 */
export async function keepDeadLetterRecords(deployment: Deployment, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { bootstrapServers, userId, aws, outputs } = deployment;
  const kafka = createKafka({ bootstrapServers, clientId: 'dead-letters', requestTimeoutMs: 30_000 });
  const s3 = new S3Client({ ...aws, forcePathStyle: aws.endpoint !== undefined });
  const location = { bucket: outputs.SinkBucketName, folder: TOPICS_DIRECTORY };
  try {
    await keepDeadLetters(kafka, s3, { userId, location, deadline: Date.now() + PATIENCE_MS });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`New dead-letter records were not looked at, and wait for the next batch: ${reason}`);
  } finally {
    s3.destroy();
  }
}

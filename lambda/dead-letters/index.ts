/** Copies new dead-letter records into the bucket, every hour. */
import { S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { createKafka } from '../../services/kafka-client';
import { mskIam } from '../../services/kafka-client/msk-iam';
import { readEnvironment } from './environment';
import { keepDeadLetters } from './keep';

/** Time kept for what is being stored, in milliseconds. */
const RESERVE_MS = 15_000;

/** Returns how many records were stored. */
export async function handler(_event: unknown, context: Context): Promise<{ kept: number }> {
  const { bootstrapServers, authentication, region, userId, bucket, folder, isLocal } = readEnvironment(
    process.env,
  );
  const kafka = createKafka({
    bootstrapServers,
    clientId: 'dead-letters',
    requestTimeoutMs: 30_000,
    ...(authentication === 'iam' ? { ...mskIam(region), connectionTimeoutMs: 5_000 } : {}),
  });
  const s3 = new S3Client({ forcePathStyle: isLocal });
  try {
    const deadline = Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
    return { kept: await keepDeadLetters(kafka, s3, { userId, location: { bucket, folder }, deadline }) };
  } finally {
    s3.destroy();
  }
}

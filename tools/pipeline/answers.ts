/** The eight questions, answered from the cleaned tables. */
import { HeadObjectCommand, NotFound, S3Client } from '@aws-sdk/client-s3';
import { ANSWERS_KEY } from '../../services/contract';
import type { Deployment, StageAws } from './deployment';
import type { Answers as AnswersDocument } from './documents.generated';
import { type TableEngineOptions, runTableEngine } from './table-engine';

/** All answers, in the order of the questions. */
export interface Answers extends AnswersDocument {
  /** When a stage on AWS made them, ISO 8601, UTC; absent where they were made for this call. */
  readonly made?: string;
}

/** Answers the eight questions; the answers are also written to the sink bucket, as `ANSWERS_KEY`. */
export function answers(deployment: Deployment, options: TableEngineOptions): Promise<Answers> {
  return runTableEngine<Answers>(deployment, 'answers', options);
}

/**
 * When the newest answers were made, ISO 8601; undefined when there are none.
 *
 * @param signal ends the asking.
 */
export async function answersMade(
  { aws }: Pick<StageAws, 'aws'>,
  bucket: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const client = new S3Client(aws);
  try {
    const { LastModified } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: ANSWERS_KEY }), {
      abortSignal: signal,
    });
    return LastModified?.toISOString();
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}

/** `answers --stage`: the newest answers of a stage on AWS, as its daily batch left them in the bucket. */
import { GetObjectCommand, HeadObjectCommand, NoSuchKey, NotFound, S3Client } from '@aws-sdk/client-s3';
import { ANSWERS_KEY } from '../../services/contract';
import { formatAnswers, type Answers } from '../pipeline/answers';
import { stackOutput, type StageAws } from './stage-aws';

/** The answers, and when they were made. */
export interface KeptAnswers extends Answers {
  /** ISO 8601, UTC. */
  readonly made: string;
}

/** @throws Error when there are none yet, or what is there is no document of answers. */
export async function keptAnswers(stage: StageAws): Promise<KeptAnswers> {
  const bucket = await stackOutput(stage, 'SinkBucketName');
  const client = bucketClient(stage);
  try {
    const { Body, LastModified } = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: ANSWERS_KEY }),
    );
    const { answers } = JSON.parse((await Body?.transformToString()) ?? '') as Answers;
    if (!Array.isArray(answers) || LastModified === undefined) {
      throw new Error(
        `s3://${bucket}/${ANSWERS_KEY} is no document of answers. The next daily batch replaces it.`,
      );
    }
    return { made: LastModified.toISOString(), answers };
  } catch (error) {
    if (!(error instanceof NoSuchKey)) throw error;
    throw new Error(
      `There are no answers yet in s3://${bucket}/${ANSWERS_KEY}. Run the batch first: \`npm run pipeline -- batch --stage ${stage.stage}${stage.userId === 'pinterest' ? '' : ` --user-id ${stage.userId}`}\`; it also runs once a day by itself.`,
      { cause: error },
    );
  } finally {
    client.destroy();
  }
}

/**
 * When the newest answers were made; undefined when there are none.
 *
 * @param signal ends the asking.
 */
export async function answersMade(
  stage: StageAws,
  bucket: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const client = bucketClient(stage);
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

/** The answers for a person. */
export function formatKeptAnswers(kept: KeptAnswers): string {
  return `Answers of ${kept.made}\n\n${formatAnswers(kept)}`;
}

function bucketClient({ aws }: StageAws): S3Client {
  return new S3Client(aws);
}

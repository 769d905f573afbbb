/** `answers --stage`: the newest answers of a stage on AWS, as its daily batch left them in the bucket. */
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { ANSWERS_KEY } from '../../services/contract';
import type { Answers } from '../pipeline/answers';
import { pipelineCommand } from '../pipeline/doctor/remedies';
import type { StageAws } from '../pipeline/deployment';
import { stackOutput } from './stage-aws';

/** @throws Error when there are none yet, or what is there is no document of answers. */
export async function keptAnswers(stage: StageAws): Promise<Answers> {
  const bucket = await stackOutput(stage, 'SinkBucketName');
  const client = new S3Client(stage.aws);
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
      `There are no answers yet in s3://${bucket}/${ANSWERS_KEY}. Run the batch first: ${pipelineCommand(stage, 'batch')}; it also runs once a day by itself.`,
      { cause: error },
    );
  } finally {
    client.destroy();
  }
}

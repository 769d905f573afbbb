/** `report --stage`: a link to the newest report of a stage on AWS, as its daily batch left it in the bucket. */
import { GetObjectCommand, HeadObjectCommand, NotFound, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { REPORT_KEY } from '../../services/contract';
import { pipelineCommand } from '../pipeline/doctor/remedies';
import type { StageAws } from '../pipeline/deployment';
import { LINK_SECONDS, NO_REPORT, type Report } from '../pipeline/report';
import { stackOutput } from './stage-aws';

/** The link is signed with the caller's own rights: it shows what these may read. @throws Error when there is none yet. */
export async function linkToReport(stage: StageAws, signal: AbortSignal): Promise<Report> {
  const Bucket = await stackOutput(stage, 'SinkBucketName');
  const object = { Bucket, Key: REPORT_KEY };
  const s3 = new S3Client(stage.aws);
  try {
    const { LastModified } = await s3.send(new HeadObjectCommand(object), { abortSignal: signal });
    const url = await getSignedUrl(s3, new GetObjectCommand(object), { expiresIn: LINK_SECONDS });
    return { key: REPORT_KEY, made: (LastModified ?? new Date()).toISOString(), url };
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    throw new Error(
      `There is no report yet in s3://${Bucket}/${REPORT_KEY}. ${NO_REPORT}: ${pipelineCommand(stage, 'batch')}; it also runs once a day by itself.`,
      { cause: error },
    );
  } finally {
    s3.destroy();
  }
}

/** Makes the report of a batch, as the last step of the daily batch. */
import { S3Client } from '@aws-sdk/client-s3';
import type { ReadEnvironment } from '../../services/contract/environment';
import { writeReport, type WrittenReport } from '../../services/report/write-report';

/** Returns what was written. @throws Error when `SINK_BUCKET` is not set, or S3 refuses. */
export async function handler(): Promise<WrittenReport> {
  const env: ReadEnvironment<'report'> = process.env;
  if (!env.SINK_BUCKET) throw new Error('SINK_BUCKET is not set. The CDK app sets it.');
  // A local server has no host names of buckets.
  const s3 = new S3Client({ forcePathStyle: env.AWS_ENDPOINT_URL !== undefined });
  try {
    return await writeReport(s3, env.SINK_BUCKET, new Date().toISOString());
  } finally {
    s3.destroy();
  }
}

/** The report of a batch: an HTML file next to the tables. */
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { REPORT_KEY } from '../../services/contract';
import type { ReportFacts as Facts } from '../../services/report/data';
import { writeReport, type WrittenReport } from '../../services/report/write-report';
import type { Deployment } from './deployment';
import type { ReportFacts } from './documents.generated';
import type { Reconciliation } from './reconcile';
import { runTableEngine, type TableEngineOptions } from './table-engine';

/** The newest report: its text, or where a browser finds it. */
export interface Report {
  readonly key: string;
  /** ISO 8601, UTC. */
  readonly made: string;
  readonly html?: string;
  /** Of a stage on AWS: whoever has this address can read the report, for {@link LINK_SECONDS}. */
  readonly url?: string;
}

/** How long the link to a report holds, in seconds. */
export const LINK_SECONDS = 900;

/** What to do when there is no report yet. */
export const NO_REPORT = 'The first batch makes one';

/** Makes the report of the answers as they are in the bucket and of this reconciliation. */
export async function makeReport(
  deployment: Deployment,
  reconciliation: Reconciliation,
  options: TableEngineOptions,
): Promise<WrittenReport> {
  const input = [JSON.stringify(reconciliation)];
  // The type holds that the report's own type is a part of the engine's document.
  await runTableEngine<ReportFacts & Facts>(deployment, 'report-facts', { ...options, input });
  const s3 = new S3Client({ ...deployment.aws, forcePathStyle: true });
  try {
    return await writeReport(s3, deployment.outputs.SinkBucketName, new Date().toISOString());
  } finally {
    s3.destroy();
  }
}

/** The newest report of the local run. @throws Error when there is none yet. */
export async function newestReport({ aws, outputs }: Deployment, signal: AbortSignal): Promise<Report> {
  const s3 = new S3Client({ ...aws, forcePathStyle: true });
  const object = { Bucket: outputs.SinkBucketName, Key: REPORT_KEY };
  try {
    const { Body, LastModified } = await s3.send(new GetObjectCommand(object), { abortSignal: signal });
    const html = (await Body?.transformToString()) ?? '';
    return { key: REPORT_KEY, made: (LastModified ?? new Date()).toISOString(), html };
  } catch (error) {
    if (!(error instanceof NoSuchKey)) throw error;
    throw new Error(`There is no report yet in s3://${object.Bucket}/${object.Key}. ${NO_REPORT}.`, {
      cause: error,
    });
  } finally {
    s3.destroy();
  }
}

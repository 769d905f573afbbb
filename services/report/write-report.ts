/** Makes the report of what is in the sink bucket, and keeps it there: the same on AWS and in the local run. */
import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { ANSWERS_KEY, batchReportKey, REPORT_FACTS_KEY, REPORT_KEY } from '../contract';
import type { Answer } from '../charts/answer';
import type { ReportFacts } from './data';
import { reportHtml } from './report';

/** What was written. */
export interface WrittenReport {
  /** The keys, that of the newest report first. */
  readonly keys: readonly string[];
  readonly bytes: number;
}

/**
 * Reads the answers and the facts, and writes the report: as the newest, and as that of its batch. A second call writes
 * the same objects again.
 *
 * @param made when, ISO 8601.
 */
export async function writeReport(s3: S3Client, bucket: string, made: string): Promise<WrittenReport> {
  const [kept, keptFacts] = await Promise.all([
    readJson(s3, bucket, ANSWERS_KEY),
    readJson(s3, bucket, REPORT_FACTS_KEY),
  ]);
  const facts = keptFacts && { ...(keptFacts.document as ReportFacts), made: keptFacts.modified };
  const html = reportHtml({
    made,
    answers: kept && { ...(kept.document as { answers: Answer[] }), made: kept.modified },
    facts,
  });
  const batch = facts?.batch ?? null;
  const keys = [REPORT_KEY, ...(batch === null ? [] : [batchReportKey(batch)])];
  for (const Key of keys) {
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key, Body: html, ContentType: 'text/html; charset=utf-8' }),
    );
  }
  return { keys, bytes: Buffer.byteLength(html) };
}

/** A document of the bucket and when it was written, ISO 8601; null when it is not there. */
async function readJson(
  s3: S3Client,
  bucket: string,
  key: string,
): Promise<{ readonly document: unknown; readonly modified: string } | null> {
  try {
    const { Body, LastModified } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const document: unknown = JSON.parse((await Body?.transformToString()) ?? '');
    return { document, modified: (LastModified ?? new Date(0)).toISOString() };
  } catch (error) {
    if (error instanceof NoSuchKey) return null;
    if (error instanceof SyntaxError) {
      throw new Error(`s3://${bucket}/${key} is no JSON document. The next batch replaces it.`, {
        cause: error,
      });
    }
    throw error;
  }
}

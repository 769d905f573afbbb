/** `report`: saves the report as a file or names its link, and opens either in the browser. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stateFolder } from '../local-run/state/state-folder';
import { LINK_SECONDS, type Report } from '../pipeline/report';
import { openAddress } from '../web/open-address';
import type { StageFlags } from './stage-option';

/** Of the command. */
export interface ReportFlags extends StageFlags {
  readonly open?: boolean;
  readonly output?: string;
}

/** What the command prints. */
export interface SavedReport extends Omit<Report, 'html'> {
  readonly file?: string;
}

/**
 * The local report goes to `output`, by default `report.html` in the state folder; that of a stage on AWS is only saved
 * where `output` says.
 *
 * @throws Error when the file cannot be written or the report cannot be fetched.
 */
export async function saveReport(
  { html, ...report }: Report,
  { userId, output, open }: ReportFlags,
): Promise<SavedReport> {
  const folder = html === undefined ? undefined : join(stateFolder(userId), 'report.html');
  const file = output === undefined ? folder : resolve(output);
  if (file !== undefined) {
    const text = html ?? (await download(report.url ?? ''));
    mkdirSync(dirname(file), { recursive: true });
    // Only for the person themself: it has parts of refused records in it.
    writeFileSync(file, text, { mode: 0o600 });
  }
  if (open) {
    const address = file === undefined ? (report.url ?? '') : pathToFileURL(file).href;
    await openAddress(address, console.error);
  }
  return { ...report, ...(file !== undefined && { file }) };
}

/** Where the report is, for a person. */
export function formatReport({ made, file, url }: SavedReport): string {
  const where = file ?? `${url ?? ''}\nThe link holds for ${LINK_SECONDS / 60} minutes.`;
  return `Report made ${made}: ${where}`;
}

async function download(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The report cannot be fetched: S3 returned ${response.status}.`);
  return response.text();
}

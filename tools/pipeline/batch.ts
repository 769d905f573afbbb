/** The daily batch: raw files to cleaned Delta tables. */
import { FEED_NAMES } from '../../services/contract';
import type { Deployment } from './deployment';
import type { BatchReport } from './documents.generated';
import { keepLetters } from './keep-letters';
import { type TableEngineOptions, runTableEngine } from './table-engine';
import { textTable } from '../cli/text-table';

export type { BatchReport } from './documents.generated';

/** Runs one batch over the raw files that no batch has read yet, and the dead letters that are new. */
export async function batch(deployment: Deployment, options: TableEngineOptions): Promise<BatchReport> {
  await keepLetters(deployment, options.signal);
  return runTableEngine<BatchReport>(deployment, 'batch', options);
}

/** A batch report for a person. */
export function formatBatch(report: BatchReport): string {
  const letters =
    report.dead_letters > 0 ? `\n${report.dead_letters} dead letters went into quarantine.` : '';
  if (report.batch === null) return `Nothing new: every raw file has been read.${letters}`;
  const table = textTable(
    ['feed', 'files', 'lines', 'rows', 'rejects', 'inserted', 'updated'],
    FEED_NAMES.map((feed) => {
      const { files, lines, rows, rejects, inserted, updated } = report.feeds[feed];
      return [feed, files, lines, rows, rejects, inserted, updated];
    }),
  );
  return `Batch ${report.batch} in ${report.seconds.toFixed(1)} s\n${table}${letters}`;
}

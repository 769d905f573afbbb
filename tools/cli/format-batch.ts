/** What a batch did, for a person. */
import { FEED_NAMES } from '../../services/contract';
import type { BatchResult } from '../pipeline/batch';
import { textTable } from '../text-table';

/** The counts of each feed; of a stage on AWS below what came of the whole daily batch. */
export function formatBatch({ executionArn, status, seconds, report, ...figures }: BatchResult): string {
  if (executionArn === undefined) return formatReport({ ...figures, seconds });
  if (status === 'RUNNING') return `Started ${executionArn}`;
  const done = `The daily batch succeeded in ${seconds.toFixed(0)} s: tables, answers, reconciliation and care.`;
  return report ? `${done}\n${formatReport(report)}` : done;
}

function formatReport({ batch, feeds, dead_letters, seconds }: BatchResult): string {
  const deadLetterRecords = dead_letters ? `\n${dead_letters} dead-letter records went into quarantine.` : '';
  if (batch === null || feeds === null)
    return `Nothing new: every raw file has been read.${deadLetterRecords}`;
  const table = textTable(
    ['feed', 'files', 'lines', 'rows', 'rejects', 'inserted', 'updated'],
    FEED_NAMES.map((feed) => {
      const { files, lines, rows, rejects, inserted, updated } = feeds[feed];
      return [feed, files, lines, rows, rejects, inserted, updated];
    }),
  );
  return `Batch ${batch} in ${seconds.toFixed(1)} s\n${table}${deadLetterRecords}`;
}

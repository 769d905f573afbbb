/** What the jobs did, for a person: `emulate`, `batch`, `answers`, `replay`. */
import { FEED_NAMES } from '../../services/contract';
import type { EmulatorReport } from '../../services/emulator';
import type { Answers } from '../pipeline/answers';
import type { BatchResult } from '../pipeline/batch';
import { reportsOf, type EmulatorReports } from '../pipeline/emulate';
import type { RawReplay, StreamReplay } from '../pipeline/replay';
import { textTable } from '../text-table';

/** The reports of one emulation, or of two one after the other. */
export function formatEmulation(result: EmulatorReport | EmulatorReports): string {
  return reportsOf(result).map(formatEmulatorReport).join('\n\n');
}

function formatEmulatorReport(report: EmulatorReport): string {
  const { destination, mode, seed, run, posts, seconds, rate, incomplete, ended, warnings, problems } =
    report;
  return [
    `Run ${run} to the ${destination} (${mode}, seed ${seed}) ${ended}: ${posts.toLocaleString('en-US')} posts in ${seconds.toFixed(1)} s, ${rate} a second`,
    textTable(
      ['feed', 'sent', 'acknowledged', 'failed', 'retried'],
      FEED_NAMES.map((feed) => {
        const { sent, acknowledged, failed, retried } = report.feeds[feed];
        return [feed, sent, acknowledged, failed, retried];
      }),
    ),
    ...(incomplete > 0 ? [`${incomplete} posts lack a row in at least one source table.`] : []),
    ...warnings.map((warning) => `Note: ${warning}`),
    ...problems.map((problem) => `Problem: ${problem}`),
  ].join('\n');
}

/** The counts of each feed; of a stage on AWS below what came of the whole daily batch. */
export function formatBatch({ executionArn, status, seconds, report, ...figures }: BatchResult): string {
  if (executionArn === undefined) return formatBatchReport({ ...figures, seconds });
  if (status === 'RUNNING') return `Started ${executionArn}`;
  const done = `The daily batch succeeded in ${seconds.toFixed(0)} s: tables, answers, reconciliation and maintenance.`;
  return report ? `${done}\n${formatBatchReport(report)}` : done;
}

function formatBatchReport({ batch, feeds, dead_letters, seconds }: BatchResult): string {
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

/**
 * A table for each question, after the time when a stage on AWS made them.
 *
 * @param mostRows how many rows of an answer are shown; a line says how many more there are. Default: all.
 */
export function formatAnswers({ made, answers }: Answers, mostRows = Infinity): string {
  const tables = answers.map(({ question, title, columns, rows }) => {
    const table = textTable(columns, rows.slice(0, mostRows));
    const more = rows.length - mostRows;
    return `${question}. ${title}\n\n${table}\n${more > 0 ? `… and ${more} more rows\n` : ''}`;
  });
  return [...(made === undefined ? [] : [`Answers of ${made}\n`]), ...tables].join('\n');
}

/** What was read again, and what was added. */
export function formatReplay(report: StreamReplay | RawReplay): string {
  const read =
    report.source === 'stream'
      ? `${report.records} records of the stream read again: ${report.present} were there, ${report.ahead} are on their way.`
      : `${report.files} raw files read again, ${report.lines} lines; ${report.pending_files} files are left to the batch.`;
  return `${read}\n${report.inserted} rows added to ${report.table}, ${report.quarantined} to quarantine, in ${report.seconds.toFixed(1)} s.`;
}

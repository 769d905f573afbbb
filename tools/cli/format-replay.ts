/** What a replay did, for a person. */
import type { RawReplay, StreamReplay } from '../pipeline/replay';

/** What was read again, and what was added. */
export function formatReplay(report: StreamReplay | RawReplay): string {
  const read =
    report.source === 'stream'
      ? `${report.records} records of the stream read again: ${report.present} were there, ${report.ahead} are on their way.`
      : `${report.files} raw files read again, ${report.lines} lines; ${report.pending_files} files are left to the batch.`;
  return `${read}\n${report.inserted} rows added to ${report.table}, ${report.quarantined} to quarantine, in ${report.seconds.toFixed(1)} s.`;
}

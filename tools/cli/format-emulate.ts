/** What an emulation sent, for a person. */
import { FEED_NAMES } from '../../services/contract';
import type { EmulatorReport } from '../../services/emulator';
import { reportsOf, type EmulatorReports } from '../pipeline/emulate';
import { textTable } from '../text-table';

/** The reports of one emulation, or of two one after the other. */
export function formatEmulation(result: EmulatorReport | EmulatorReports): string {
  return reportsOf(result).map(formatReport).join('\n\n');
}

function formatReport(report: EmulatorReport): string {
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

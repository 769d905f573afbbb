/** Sends posts from the source database of a deployment to its API. */
import { type EmulatorOptions, type EmulatorReport, emulate, openPorts } from '../emulator';
import { FEED_NAMES } from '../feeds';
import type { Deployment } from './deployment';
import { textTable } from './text-table';

/** How many posts a random emulation sends when it is not told. */
export const DEFAULT_RANDOM_POSTS = 100;

/** Runs the emulator until it is done or the signal comes; the ledger is written either way. */
export async function emulateDeployment(
  deployment: Deployment,
  options: EmulatorOptions,
  signal: AbortSignal,
  onProgress?: (line: string) => void,
): Promise<EmulatorReport> {
  const ports = await openPorts(
    {
      apiUrl: deployment.outputs.ApiUrl,
      sourceSecretArn: deployment.outputs.SourceSecretArn,
      sinkBucket: deployment.outputs.SinkBucketName,
    },
    deployment.aws,
  );
  const posts = options.posts ?? (options.mode === 'all' ? undefined : DEFAULT_RANDOM_POSTS);
  let shown = 0;
  try {
    return await emulate({ ...options, posts, userId: deployment.userId }, ports, {
      signal,
      onProgress: ({ posts: sent, total, seconds }) => {
        if (seconds - shown < 2 && sent < total) return;
        shown = seconds;
        onProgress?.(
          `sent ${sent.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} posts in ${seconds.toFixed(1)} s`,
        );
      },
    });
  } finally {
    await ports.close();
  }
}

/** An emulator report for a person. */
export function formatEmulation(report: EmulatorReport): string {
  const { mode, seed, run, posts, seconds, rate, incomplete, ended, warnings, problems } = report;
  return [
    `Run ${run} (${mode}, seed ${seed}) ${ended}: ${posts.toLocaleString('en-US')} posts in ${seconds.toFixed(1)} s, ${rate} a second`,
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

/** Brings back what a table lacks, from the stream's records or from the raw files. */
import { type Command, Option } from 'commander';
import { FEED_NAMES, type FeedName, streamName, streamTableName } from '../../services/contract';
import { isoTime } from '../cli/arguments';
import type { Deployment } from './deployment';
import type { RawFilesReplay, RecordsReplay } from './documents.generated';
import { streamRecords } from './stream-records';
import { runTableEngine, type TableEngineOptions } from './table-engine';

/** What is replayed. */
export interface ReplayFlags {
  readonly feed: FeedName;
  readonly from: Date;
  readonly to: Date;
  readonly source: 'stream' | 'raw-files';
}

/** What a replay of a stream did. */
export interface StreamReplay extends RecordsReplay {
  readonly source: 'stream';
  readonly table: string;
}

/** What a replay of raw files did. */
export interface RawReplay extends RawFilesReplay {
  readonly source: 'raw-files';
  readonly table: string;
}

/** Adds the flags of the command. */
export function addReplayOptions(command: Command): Command {
  const time = (flag: string, description: string): Option =>
    new Option(`${flag} <time>`, description).argParser(isoTime).makeOptionMandatory();
  return command
    .addOption(new Option('--feed <feed>', 'the feed').choices(FEED_NAMES).makeOptionMandatory())
    .addOption(time('--from', 'the earliest time of arrival, or of upload; ISO 8601, without a zone UTC'))
    .addOption(time('--to', 'the latest time'))
    .addOption(
      new Option('--source <source>', "the stream's records into its table, or raw files into the batch's")
        .choices(['stream', 'raw-files'])
        .default('stream'),
    )
    .hook('preAction', (_, replayed) => {
      const { from, to } = replayed.opts<ReplayFlags>();
      if (from > to) {
        replayed.error(
          `error: --from ${from.toISOString()} is after --to ${to.toISOString()}; expected it before.`,
        );
      }
    });
}

/** Replays. Whatever is there already stays as it is, so that it can be done again at any time. */
export async function replay(
  deployment: Deployment,
  { feed, from, to, source }: ReplayFlags,
  options: TableEngineOptions,
): Promise<StreamReplay | RawReplay> {
  const args = [...(options.args ?? []), '--feed', feed];
  if (source === 'raw-files') {
    const times = ['--from', from.toISOString(), '--to', to.toISOString()];
    const report = await runTableEngine<RawFilesReplay>(deployment, 'replay-raw-files', {
      ...options,
      args: [...args, ...times],
    });
    return { source, table: feed, ...report };
  }
  const report = await runTableEngine<RecordsReplay>(deployment, 'replay-records', {
    ...options,
    args,
    input: lines(streamRecords(deployment.aws, streamName(deployment.userId, feed), from, to)),
  });
  return { source, table: streamTableName(deployment.userId, feed), ...report };
}

async function* lines(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

/** A replay for a person. */
export function formatReplay(report: StreamReplay | RawReplay): string {
  const read =
    report.source === 'stream'
      ? `${report.records} records of the stream read again: ${report.present} were there, ${report.ahead} are on their way.`
      : `${report.files} raw files read again, ${report.lines} lines; ${report.pending_files} files are left to the batch.`;
  return `${read}\n${report.inserted} rows added to ${report.table}, ${report.quarantined} to quarantine, in ${report.seconds.toFixed(1)} s.`;
}

/** Brings back what a table lacks, from the stream's records or from the raw files. */
import { type FeedName, streamName, streamTableName } from '../../services/contract';
import type { Deployment } from './deployment';
import type { RawFilesReplay, RecordsReplay } from './documents.generated';
import { streamRecords } from './stream-records';
import { runTableEngine, type TableEngineOptions } from './table-engine';

/** What is replayed. */
export interface ReplayOptions {
  readonly feed: FeedName;
  /** The earliest time of arrival in the stream, or of upload to the bucket. */
  readonly from: Date;
  /** The latest time. */
  readonly to: Date;
  /** The stream's records into its table, or raw files into the batch's. */
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

/** Replays. Whatever already exists stays as it is, so that it can be done again at any time. */
export async function replay(
  deployment: Deployment,
  { feed, from, to, source }: ReplayOptions,
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

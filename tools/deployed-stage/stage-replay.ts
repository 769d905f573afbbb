/**
 * `replay --stage`: what a table of a stage on AWS lacks is brought back by the stage's own function. The stream is read
 * here, as Kinesis responds from everywhere, and handed to the function some megabytes at a time.
 */
import { streamName, streamTableName, type FeedName } from '../../services/contract';
import { FunctionFailure, invokeFunction } from './invoke-function';
import type { Control } from '../pipeline/pipeline';
import type { RawFilesReplay, RecordsReplay } from '../pipeline/documents.generated';
import type { RawReplay, ReplayOptions, StreamReplay } from '../pipeline/replay';
import type { StageAws } from '../pipeline/deployment';
import { stackOutput } from './stage-aws';
import { streamRecords, type StreamRecordLine } from '../pipeline/stream-records';

/** Bytes of lines in one invocation. Lambda takes 6 MiB, in which each quote of a line has a backslash before it. */
const MOST_BYTES = 4 * 1024 * 1024;

/** What the function is told; `lambda/table-engine/replay.py` says it. */
type ReplayEvent =
  | { readonly source: 'stream'; readonly feed: FeedName; readonly lines: string }
  | { readonly source: 'raw-files'; readonly feed: FeedName; readonly from: string; readonly to: string };

/**
 * Replays. What is there stays as it is, so that it can be done again, also when it was ended in the middle.
 *
 * @throws FunctionFailure when the function fails; Error when raw files take longer than Lambda lets a function run.
 */
export async function replayOnStage(
  stage: StageAws,
  { feed, from, to, source }: ReplayOptions,
  { signal, tell }: Control,
): Promise<StreamReplay | RawReplay> {
  const name = await stackOutput(stage, 'ReplayFunctionName');
  const invoke = <R>(event: ReplayEvent): Promise<R> => invokeFunction<R>(stage.aws, name, event, signal);
  if (source === 'stream') {
    const records = streamRecords(stage.aws, streamName(stage.userId, feed), from, to);
    return replayRecords(records, feed, stage.userId, invoke, tell);
  }
  try {
    const event = { source, feed, from: from.toISOString(), to: to.toISOString() } as const;
    return { ...(await invoke<RawFilesReplay>(event)), source, table: feed };
  } catch (error) {
    if (!(error instanceof FunctionFailure && /timed? ?out/i.test(`${error.errorType} ${error.reason}`)))
      throw error;
    throw new Error(
      `The function ${name} did not come to the end within the 15 minutes that Lambda gives it. What it added stays; replay shorter spans of time, one after the other.`,
      { cause: error },
    );
  }
}

async function replayRecords(
  records: AsyncIterable<StreamRecordLine>,
  feed: FeedName,
  userId: string,
  invoke: (event: ReplayEvent) => Promise<RecordsReplay>,
  tell: Control['tell'],
): Promise<StreamReplay> {
  const started = performance.now();
  const sum = { records: 0, present: 0, ahead: 0, inserted: 0, quarantined: 0 };
  for await (const lines of parts(records)) {
    const report = await invoke({ source: 'stream', feed, lines });
    for (const figure of Object.keys(sum) as (keyof typeof sum)[]) sum[figure] += report[figure];
    tell(`${sum.records.toLocaleString('en-US')} records read again, ${sum.inserted} rows added`);
  }
  const seconds = Math.round(performance.now() - started) / 1000;
  return { source: 'stream', feed, table: streamTableName(userId, feed), ...sum, seconds };
}

/** Lines of as many records as one invocation takes. @throws Error naming a record that is too large for one. */
async function* parts(records: AsyncIterable<StreamRecordLine>): AsyncGenerator<string> {
  let lines: string[] = [];
  let bytes = 0;
  for await (const record of records) {
    const line = JSON.stringify(record);
    if (line.length > MOST_BYTES) {
      throw new Error(
        `The record ${record.shard}:${record.sequence_number} has ${line.length} bytes in base64: expected at most ${MOST_BYTES}, which a function can be given.`,
      );
    }
    if (bytes + line.length > MOST_BYTES) {
      yield lines.join('\n');
      [lines, bytes] = [[], 0];
    }
    lines.push(line);
    bytes += line.length + 1;
  }
  if (lines.length > 0) yield lines.join('\n');
}

/** `batch --stage`: starts the daily batch of a stage on AWS at once, and waits for its end. */
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  type DescribeExecutionOutput,
} from '@aws-sdk/client-sfn';
import { setTimeout as sleep } from 'node:timers/promises';
import { asSentence } from '../../services/source/sentence';
import type { BatchReport, BatchResult } from '../pipeline/batch';
import type { Control } from '../pipeline/pipeline';
import { failureIn } from './invoke-function';
import type { StageAws } from '../pipeline/deployment';
import { stackOutput } from './stage-aws';

/** A batch of which nothing is known. */
const NOTHING_KNOWN = { batch: null, feeds: null, dead_letters: null } as const;

/**
 * Starts the state machine. A run next to another is no harm: every file is taken up once.
 *
 * @param wait whether to wait for its end; `tell` takes a line for each step that begins.
 * @param pauseMs between two looks, in milliseconds.
 * @throws Error with the cause when the batch does not succeed.
 */
export async function batchOnStage(
  stage: StageAws,
  wait: boolean,
  { signal, tell }: Control,
  pauseMs = 5000,
): Promise<BatchResult> {
  const stateMachineArn = await stackOutput(stage, 'DailyBatchArn');
  const client = new SFNClient(stage.aws);
  try {
    const { executionArn = '' } = await client.send(new StartExecutionCommand({ stateMachineArn }), {
      abortSignal: signal,
    });
    tell(`started ${executionArn}`);
    if (!wait) return { executionArn, status: 'RUNNING', ...NOTHING_KNOWN, seconds: 0, report: null };
    let told = 0;
    for (;;) {
      // The state first, so that the steps of the end are told as well.
      const state = await client.send(new DescribeExecutionCommand({ executionArn }), {
        abortSignal: signal,
      });
      for (const { id, name } of await stepsOf(client, executionArn, told, signal)) {
        tell(`step ${name}`);
        told = id;
      }
      if (state.status !== 'RUNNING') return ended(executionArn, state);
      await sleep(pauseMs, undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted) {
      throw new Error('The daily batch is no longer waited for; if it was started, it continues.', {
        cause: error,
      });
    }
    throw error;
  } finally {
    client.destroy();
  }
}

/** The steps that began after the event `told`, in their order. */
async function stepsOf(
  client: SFNClient,
  executionArn: string,
  told: number,
  abortSignal: AbortSignal,
): Promise<{ id: number; name: string }[]> {
  const { events = [] } = await client.send(
    new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, includeExecutionData: false }),
    { abortSignal },
  );
  return events
    .flatMap(({ id = 0, stateEnteredEventDetails: entered }) =>
      entered?.name !== undefined && id > told ? [{ id, name: entered.name }] : [],
    )
    .reverse();
}

function ended(executionArn: string, state: DescribeExecutionOutput): BatchResult {
  const { status, startDate, stopDate, error, cause, output } = state;
  if (status !== 'SUCCEEDED') {
    // A function's cause is what its runtime wrote of the error.
    const why = failureIn(cause ?? '').errorMessage ?? cause;
    throw new Error(
      `The daily batch ${executionArn} ended with ${status}: ${asSentence([error, why].filter(Boolean).join(': ') || 'no cause is given')} \`docs/runbook.md\` says what to do, under "batch/failed".`,
    );
  }
  const seconds = ((stopDate?.getTime() ?? 0) - (startDate?.getTime() ?? 0)) / 1000;
  const report = reportIn(output);
  return { executionArn, status, ...NOTHING_KNOWN, ...report, seconds, report };
}

/** The report of the step that cleans, in what the state machine hands back. */
function reportIn(output: string | undefined): BatchReport | null {
  const { batch } = JSON.parse(output ?? '{}') as { readonly batch?: BatchReport };
  return batch !== undefined && 'feeds' in batch ? batch : null;
}

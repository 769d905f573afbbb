/** `reconcile --stage`: counts the records of a stage on AWS by its own function, without the topics, which are private. */
import { FunctionFailure, invokeFunction } from './invoke-function';
import { stackOutput, type StageAws } from './stage-aws';
import { textTable } from '../cli/text-table';

/** One path of one feed, in records; `lambda/table-engine/reconcile.py` says what is counted. */
export interface Assessment {
  readonly feed: string;
  readonly path: 'topics' | 'streams';
  readonly missing: number;
  readonly duplicate: number;
  readonly on_the_way: number;
  readonly outside_raw_files: number;
  readonly findings: readonly string[];
}

/** What the function found. */
export interface StageReconciliation {
  readonly ok: boolean;
  /** Empty when records are missing or double: the function then says which in `problem` alone. */
  readonly assessments: readonly Assessment[];
  readonly problem?: string;
}

/** What the function raises when records are missing or double. */
const FOUND = 'ReconciliationError';

/** @throws FunctionFailure when the function fails for another reason than what it counted. */
export async function reconcileStage(stage: StageAws, signal: AbortSignal): Promise<StageReconciliation> {
  const name = await stackOutput(stage, 'ReconcileFunctionName');
  try {
    const answer = await invokeFunction<Pick<StageReconciliation, 'assessments'>>(
      stage.aws,
      name,
      {},
      signal,
    );
    return { ok: true, assessments: answer.assessments };
  } catch (error) {
    if (!(error instanceof FunctionFailure && error.errorType === FOUND)) throw error;
    return { ok: false, assessments: [], problem: error.reason };
  }
}

/** The reconciliation for a person. */
export function formatStageReconciliation({ assessments, problem }: StageReconciliation): string {
  if (problem !== undefined) return problem;
  const table = textTable(
    ['path', 'feed', 'missing', 'duplicate', 'on the way', 'outside raw files'],
    assessments.map((one) => [
      ...[one.path, one.feed, one.missing, one.duplicate, one.on_the_way, one.outside_raw_files],
    ]),
  );
  return [table, ...assessments.flatMap(({ findings }) => findings)].join('\n');
}

/** `reconcile --stage`: counts the records of a stage on AWS by its own function, without the topics, which are private. */
import type { Reconciliation } from '../pipeline/reconcile';
import { invokeFunction } from './invoke-function';
import { stackOutput, type StageAws } from './stage-aws';

/** What the stage's function finds (`lambda/table-engine/reconcile.py`). @throws FunctionFailure when it cannot count. */
export async function reconcileStage(stage: StageAws, signal: AbortSignal): Promise<Reconciliation> {
  const name = await stackOutput(stage, 'ReconcileFunctionName');
  return invokeFunction<Reconciliation>(stage.aws, name, { check: false }, signal);
}

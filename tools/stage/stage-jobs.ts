/** What the commands of the local pipeline do for a stage on AWS. */
import { formatReplay, type ReplayFlags } from '../pipeline/replay';
import { reportsOf, runEmulation, formatReports } from '../pipeline/emulate';
import type { EmulateFlags } from '../cli/emulate-options';
import { formatReconciliation } from '../cli/format-reconciliation';
import { outcome, type Outcome } from '../cli/outcome';
import { formatKeptAnswers, keptAnswers } from './stage-answers';
import type { StageAws } from './stage-aws';
import { batchOnStage, formatStageBatch } from './stage-batch';
import { emulateOnStage } from './stage-emulate';
import type { StageDifference } from '../cli/stage-option';
import { replayOnStage } from './stage-replay';
import { reconcileStage } from './stage-reconcile';
import { formatStageStatus, stageStatus } from './stage-status';

/** What a job is given besides its stage. */
export interface StageControl {
  readonly flags: EmulateFlags & ReplayFlags & { readonly wait: number | boolean };
  /** Ends the waiting for AWS; what was begun there goes on. */
  readonly signal: AbortSignal;
  /** Takes lines on the progress. */
  readonly tell: (line: string) => void;
}

/** A command for a stage on AWS. */
export interface StageJob extends StageDifference {
  readonly run: (stage: StageAws, control: StageControl) => Promise<Outcome>;
}

const ENGINE = "the daily batch has the stage's own engine";

/** `status` */
export const STATUS: StageJob = {
  help: 'Shows the stacks, the alarms that are on, and when the newest answers were made; exit code 1 when a stack is not whole or an alarm is on.',
  run: async (stage) => outcome(await stageStatus(stage), formatStageStatus, ({ ok }) => ok),
};

/** `emulate` */
export const EMULATE: StageJob = {
  help: "The stage's function sends the posts, at the stage's rate; --run names a run as here.",
  refused: {
    rate: "the function sends at the stage's own rate",
    pause: "the function sends at the stage's own rate",
    recordRoute: 'the function sends to the streams by many records a request',
  },
  run: async (stage, { flags, signal, tell }) =>
    outcome(await runEmulation(emulateOnStage(stage), flags, signal, tell), formatReports, (result) =>
      reportsOf(result).every(({ ok }) => ok),
    ),
};

/** `answers` */
export const ANSWERS: StageJob = {
  help: 'Prints the answers that the last daily batch left in the bucket, and when it made them.',
  refused: { engine: ENGINE },
  run: async (stage) => outcome(await keptAnswers(stage), formatKeptAnswers),
};

/** `batch` */
export const BATCH: StageJob = {
  help: "Starts the daily batch's state machine (clean, answer, reconcile, care) and waits for its end; exit code 1 when it fails.",
  refused: { engine: ENGINE, memoryLimit: ENGINE },
  only: ['wait'],
  run: async (stage, { flags, signal, tell }) =>
    outcome(await batchOnStage(stage, { wait: flags.wait !== false, signal, tell }), formatStageBatch),
};

/** `reconcile` */
export const RECONCILE: StageJob = {
  help: "The stage's function counts by ledger, raw files and tables; it does not read the topics and does not wait.",
  refused: { wait: 'what is not stored yet is counted as on the way' },
  run: async (stage, { signal }) =>
    outcome(await reconcileStage(stage, signal), formatReconciliation, ({ ok }) => ok),
};

/** `replay` */
export const REPLAY: StageJob = {
  help: "The stage's function adds what is missing. A stream is read here, with your own rights to it; raw files are read by the function, which has 15 minutes.",
  run: async (stage, { flags, signal, tell }) =>
    outcome(await replayOnStage(stage, flags, signal, tell), formatReplay),
};

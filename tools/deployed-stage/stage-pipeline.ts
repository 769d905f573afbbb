/** A stage on AWS: its own functions and its state machine do the work, and AWS is asked for what came of it. */
import type { EmulatorReport } from '../../services/emulator';
import type { Answers } from '../pipeline/answers';
import type { BatchResult } from '../pipeline/batch';
import type { StageAws } from '../pipeline/deployment';
import { absentError } from '../pipeline/capabilities';
import type { CheckResult } from '../pipeline/doctor/check';
import { runEmulation, type EmulateOptions, type EmulatorReports } from '../pipeline/emulate';
import { browseStream } from '../pipeline/browse';
import type {
  BrowsedRecord,
  BrowseOptions,
  FlowSample,
  Rejects,
  RejectsOptions,
  Trace,
} from '../pipeline/flow';
import type {
  BatchOptions,
  Control,
  EngineOptions,
  FlowOptions,
  Pipeline,
  ReconcileOptions,
} from '../pipeline/pipeline';
import type { QueryOptions, QueryResult, QueryTable } from '../pipeline/query';
import type { Reconciliation } from '../pipeline/reconcile';
import type { RawReplay, ReplayOptions, StreamReplay } from '../pipeline/replay';
import type { Report } from '../pipeline/report';
import type { StageStatus } from '../pipeline/status';
import { invokeFunction } from './invoke-function';
import { keptAnswers } from './stage-answers';
import { stackOutput } from './stage-aws';
import { batchOnStage } from './stage-batch';
import { emulateOnStage } from './stage-emulate';
import { sampleStageFlow } from './stage-flow';
import { queryOnStage, tablesOfStage } from './stage-query';
import { rejectsOnStage } from './stage-rejects';
import { replayOnStage } from './stage-replay';
import { linkToReport } from './stage-report';
import { stageStatus } from './stage-status';

/** See the module's comment; `tools/pipeline/capabilities.ts` has what it does not do. */
export class StagePipeline implements Pipeline {
  constructor(private readonly stage: StageAws) {}

  status(): Promise<StageStatus> {
    return stageStatus(this.stage);
  }

  emulate(options: EmulateOptions, control: Control): Promise<EmulatorReport | EmulatorReports> {
    return runEmulation(emulateOnStage(this.stage), options, control);
  }

  batch({ wait = true }: BatchOptions, control: Control): Promise<BatchResult> {
    return batchOnStage(this.stage, wait, control);
  }

  answers(_options?: EngineOptions): Promise<Answers> {
    return keptAnswers(this.stage);
  }

  /** What the stage's function finds (`lambda/table-engine/reconcile.py`). @throws FunctionFailure when it cannot count. */
  async reconcile(_options: ReconcileOptions, { signal }: Control): Promise<Reconciliation> {
    const name = await stackOutput(this.stage, 'ReconcileFunctionName');
    return invokeFunction<Reconciliation>(this.stage.aws, name, { check: false }, signal);
  }

  replay(options: ReplayOptions, control: Control): Promise<StreamReplay | RawReplay> {
    return replayOnStage(this.stage, options, control);
  }

  async doctor(): Promise<CheckResult[]> {
    const { doctorOfStage } = await import('./doctor/stage-doctor.js'); // The slowest of all to load.
    return doctorOfStage(this.stage);
  }

  parts(): Promise<never> {
    return Promise.reject(absentError('parts', 'aws'));
  }

  actOnPart(): Promise<never> {
    return Promise.reject(absentError('actOnPart', 'aws'));
  }

  emulator(): Promise<never> {
    return Promise.reject(absentError('emulator', 'aws'));
  }

  setEmulator(): Promise<never> {
    return Promise.reject(absentError('setEmulator', 'aws'));
  }

  sendBroken(): Promise<never> {
    return Promise.reject(absentError('sendBroken', 'aws'));
  }

  flow(
    { every = 1 }: FlowOptions,
    { signal }: Control,
    onSample: (sample: FlowSample) => void,
  ): Promise<void> {
    return sampleStageFlow(this.stage, every, signal, onSample);
  }

  /** @throws Error for a topic: the brokers are in the stage's own network. */
  browse({ of, feed, newest }: BrowseOptions): Promise<BrowsedRecord[]> {
    if (of === 'topic') {
      return Promise.reject(
        new Error(
          `The topics of the stage ${this.stage.stage} cannot be browsed from here: its brokers have no public address. Browse the stream (--stream ${feed}), or use \`npm run pipeline -- connect\` and a consumer on the client host.`,
        ),
      );
    }
    return browseStream(this.stage, feed, newest);
  }

  trace(): Promise<Trace> {
    return Promise.reject(absentError('trace', 'aws'));
  }

  rejects({ newest }: RejectsOptions, control: Control): Promise<Rejects> {
    return rejectsOnStage(this.stage, newest, control);
  }

  report({ signal }: Control): Promise<Report> {
    return linkToReport(this.stage, signal);
  }

  query(options: QueryOptions, control: Control): Promise<QueryResult> {
    return queryOnStage(this.stage, options, control);
  }

  tables(): Promise<QueryTable[]> {
    return tablesOfStage(this.stage);
  }
}

/** The local run as a pipeline: its Kafka, its local AWS and the table engine of this machine are used directly. */
import { pythonExecutable } from './paths';
import type { EmulatorReport } from '../../services/emulator';
import { answers, type Answers } from '../pipeline/answers';
import { batch, type BatchReport } from '../pipeline/batch';
import type { Deployment } from '../pipeline/deployment';
import type { CheckResult } from '../pipeline/doctor/check';
import {
  emulateDeployment,
  runEmulation,
  type EmulateOptions,
  type EmulatorReports,
} from '../pipeline/emulate';
import type { BrokenRecord, EmulatorState, PartAction, PartState, SentBroken } from '../pipeline/hands';
import { browseDeployment } from '../pipeline/browse';
import type {
  BrowsedRecord,
  BrowseOptions,
  FlowSample,
  Rejects,
  RejectsOptions,
  Trace,
  TraceOptions,
} from '../pipeline/flow';
import type {
  BatchOptions,
  Control,
  EngineOptions,
  FlowOptions,
  Pipeline,
  ReconcileOptions,
} from '../pipeline/pipeline';
import { query, tables, type QueryOptions, type QueryResult, type QueryTable } from '../pipeline/query';
import { reconcile, type Reconciliation } from '../pipeline/reconcile';
import { replay, type RawReplay, type ReplayOptions, type StreamReplay } from '../pipeline/replay';
import { readStatus } from '../pipeline/read-status';
import { readRejects } from '../pipeline/rejects';
import { tracePost } from '../pipeline/trace';
import { sampleFlow } from '../pipeline/sample-flow';
import { sendBroken } from '../pipeline/send-broken';
import { newestReport, type Report } from '../pipeline/report';
import type { Status } from '../pipeline/status';
import { engine } from './engine';
import { actOnPart, changeEmulator, emulatorState, partStates, type RunFolder } from './hands';
import { LocalAwsError, runningLocalDeployment } from './local-deployment';
import { statusByProcesses } from './process-status';
import { stateFolder } from './state/state-folder';

/** See the module's comment; `tools/pipeline/capabilities.ts` has what it does not do. */
export class LocalPipeline implements Pipeline {
  /** @param find finds the deployment; by default that of a run which is under way, or none: only `doctor` does without. */
  constructor(
    private readonly userId: string,
    private readonly find: () => Promise<Deployment> = () => runningLocalDeployment(userId),
  ) {}

  async status({ signal }: Control): Promise<Status> {
    let deployment: Deployment;
    try {
      deployment = await this.find();
    } catch (error) {
      if (error instanceof LocalAwsError) return statusByProcesses(error);
      throw error;
    }
    return readStatus(deployment, { python: pythonExecutable(), signal });
  }

  async emulate(options: EmulateOptions, control: Control): Promise<EmulatorReport | EmulatorReports> {
    const deployment = await this.find();
    return runEmulation((...args) => emulateDeployment(deployment, ...args), options, control);
  }

  async batch(options: BatchOptions, control: Control): Promise<BatchReport> {
    return batch(await this.find(), await engine(options, control));
  }

  async answers(options: EngineOptions, control: Control): Promise<Answers> {
    return answers(await this.find(), await engine(options, control));
  }

  async reconcile({ wait: waitSeconds }: ReconcileOptions, { signal }: Control): Promise<Reconciliation> {
    return reconcile(await this.find(), { python: pythonExecutable(), waitSeconds, signal });
  }

  async replay(options: ReplayOptions, { signal }: Control): Promise<StreamReplay | RawReplay> {
    return replay(await this.find(), options, { python: pythonExecutable(), signal });
  }

  async doctor(): Promise<CheckResult[]> {
    const { doctorOfLocalRun } = await import('./doctor/local-doctor.js'); // The slowest of all to load.
    return doctorOfLocalRun(this.userId);
  }

  async parts(): Promise<PartState[]> {
    return Promise.resolve(partStates(this.run()));
  }

  async actOnPart(action: PartAction, { signal }: Control): Promise<PartState> {
    return actOnPart(this.run(), action, signal);
  }

  async emulator(): Promise<EmulatorState> {
    return Promise.resolve(emulatorState(this.run()));
  }

  async setEmulator(change: Partial<EmulatorState>): Promise<EmulatorState> {
    return Promise.resolve(changeEmulator(this.run(), change));
  }

  async sendBroken(record: BrokenRecord, { signal }: Control): Promise<SentBroken> {
    return sendBroken(await this.find(), record, signal);
  }

  private run(): RunFolder {
    return { userId: this.userId, folder: stateFolder(this.userId) };
  }

  flow({ every }: FlowOptions, { signal }: Control, onSample: (sample: FlowSample) => void): Promise<void> {
    return sampleFlow(this.find, { every, python: pythonExecutable(), signal }, onSample);
  }

  async browse(options: BrowseOptions): Promise<BrowsedRecord[]> {
    return browseDeployment(await this.find(), options);
  }

  async trace({ ind }: TraceOptions, { signal }: Control): Promise<Trace> {
    return tracePost(await this.find(), ind, { python: pythonExecutable(), signal });
  }

  async rejects({ newest }: RejectsOptions, { signal }: Control): Promise<Rejects> {
    return readRejects(await this.find(), newest, { python: pythonExecutable(), signal });
  }

  async report({ signal }: Control): Promise<Report> {
    return newestReport(await this.find(), signal);
  }

  async query(options: QueryOptions, { signal }: Control): Promise<QueryResult> {
    return query(await this.find(), options, { python: pythonExecutable(), signal });
  }

  async tables({ signal }: Control): Promise<QueryTable[]> {
    return tables(await this.find(), { python: pythonExecutable(), signal });
  }
}

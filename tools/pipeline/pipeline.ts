/**
 * The one interface to a pipeline, whether it is the local run (`tools/local-run/local-pipeline.ts`) or a stage on AWS
 * (`tools/deployed-stage/stage-pipeline.ts`). What one of them cannot do is data: `capabilities.ts`.
 */
import type { EmulatorReport } from '../../services/emulator';
import type { Answers } from './answers';
import type { BatchResult } from './batch';
import type { CheckResult } from './doctor/check';
import type { EmulateOptions, EmulatorReports } from './emulate';
import type { BrokenRecord, EmulatorState, PartAction, PartState, SentBroken } from './hands';
import type {
  BrowsedRecord,
  BrowseOptions,
  FlowSample,
  Rejects,
  RejectsOptions,
  Trace,
  TraceOptions,
} from './flow';
import type { QueryOptions, QueryResult, QueryTable } from './query';
import type { Reconciliation } from './reconcile';
import type { RawReplay, ReplayOptions, StreamReplay } from './replay';
import type { Report } from './report';
import type { Status } from './status';

/** How a call is watched and ended. */
export interface Control {
  /** Ends the call; on AWS only the waiting: what was begun there continues. */
  readonly signal: AbortSignal;
  /** Takes lines on the progress. */
  readonly tell: (line: string) => void;
}

/** The engines that clean and answer, the default one first. */
export const ENGINES = ['duckdb', 'spark'] as const;

/** What cleans or answers. */
export interface EngineOptions {
  /** Default: the first of {@link ENGINES}; a stage on AWS has its own. */
  readonly engine?: (typeof ENGINES)[number];
}

/** How a batch is run. */
export interface BatchOptions extends EngineOptions {
  /** Memory before the engine spills to disk, for example `1GB`. Default: the engine's own. */
  readonly memoryLimit?: string;
  /** Whether to wait for the end. Default: true. */
  readonly wait?: boolean;
}

/** How long a reconciliation waits. */
export interface ReconcileOptions {
  /** How long sink and functions may take to store what topics and streams hold, in seconds. Default: 60. */
  readonly wait?: number;
}

/** How often the flow is sampled. */
export interface FlowOptions {
  /** Seconds from sample to sample. Default: 1; a stage on AWS is asked once a minute at most. */
  readonly every?: number;
}

/** A deployed pipeline. Results have the same shape on every side; what a side cannot know is absent or null. */
export interface Pipeline {
  /** What runs, and how far the posts have come. */
  status(control: Control): Promise<Status>;
  /** Sends posts from the source database to the API: one report, or with `to: 'both'` two. */
  emulate(options: EmulateOptions, control: Control): Promise<EmulatorReport | EmulatorReports>;
  /** Cleans the new raw files into the tables. */
  batch(options: BatchOptions, control: Control): Promise<BatchResult>;
  /** The answers to the eight questions. */
  answers(options: EngineOptions, control: Control): Promise<Answers>;
  /** Counts every record from the emulator to the tables. */
  reconcile(options: ReconcileOptions, control: Control): Promise<Reconciliation>;
  /** Brings back what a table lacks; nothing that is there changes. */
  replay(options: ReplayOptions, control: Control): Promise<StreamReplay | RawReplay>;
  /** Asks whether all is well, and says what to do where it is not. Never rejects because something is wrong. */
  doctor(): Promise<CheckResult[]>;
  /** The state of every process of the local run. */
  parts(control: Control): Promise<PartState[]>;
  /** Kills, freezes, thaws or restarts a part; returns its state then. */
  actOnPart(action: PartAction, control: Control): Promise<PartState>;
  /** How the posts that `npm start` sends flow. */
  emulator(control: Control): Promise<EmulatorState>;
  /** Pauses, resumes, or changes the rate, within a second; returns the new state. */
  setEmulator(change: Partial<EmulatorState>, control: Control): Promise<EmulatorState>;
  /** Sends one broken record through the API, noted in the ledger; it ends in quarantine or among the dead-letter records. */
  sendBroken(record: BrokenRecord, control: Control): Promise<SentBroken>;
  /** Samples the flow until the signal aborts. What is away is null, and comes back by itself. */
  flow(options: FlowOptions, control: Control, onSample: (sample: FlowSample) => void): Promise<void>;
  /** The newest records of a topic or a stream, the newest first. */
  browse(options: BrowseOptions, control: Control): Promise<BrowsedRecord[]>;
  /** Where a post is, on both paths. What is not found, or not in time, is left out. */
  trace(options: TraceOptions, control: Control): Promise<Trace>;
  /** What was refused, by reason, and the newest of it. */
  rejects(options: RejectsOptions, control: Control): Promise<Rejects>;
  /** The newest report: its text, or of a stage on AWS a link. */
  report(control: Control): Promise<Report>;
  /** Answers one SQL statement over the tables, read only. */
  query(options: QueryOptions, control: Control): Promise<QueryResult>;
  /** The tables that queries may read; one that is not there yet has no columns. */
  tables(control: Control): Promise<QueryTable[]>;
}

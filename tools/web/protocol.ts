/**
 * What the page and its server say to each other. Runs on both sides, so it imports types alone.
 *
 * - `POST /api/<method>` with the options as JSON: the result as JSON, or an {@link ApiError} with status 4xx or 5xx.
 * - `GET /events`: server-sent events, each an entry of {@link Events} as JSON.
 */
import type { EmulatorReport } from '../../services/emulator';
import type { Answers } from '../pipeline/answers';
import type { BatchResult } from '../pipeline/batch';
import type { Side } from '../pipeline/capabilities';
import type { CheckResult } from '../pipeline/doctor/check';
import type { EmulateOptions, EmulatorReports } from '../pipeline/emulate';
import type { BrowsedRecord, BrowseOptions, FlowSample, Rejects, Trace } from '../pipeline/flow';
import type { BrokenRecord, EmulatorState, PartAction, PartState } from '../pipeline/hands';
import type { BatchOptions, EngineOptions, ReconcileOptions } from '../pipeline/pipeline';
import type { QueryOptions, QueryResult, QueryTable } from '../pipeline/query';
import type { Reconciliation } from '../pipeline/reconcile';
import type { Status } from '../pipeline/status';

/** A method: the options that it takes, and its result. */
interface Call<Options extends object, Result> {
  readonly options: Options;
  readonly result: Result;
}

/** Of a method without options. */
type None = Readonly<Record<string, never>>;

/** The methods of `Pipeline` that the page may call. */
export interface Api {
  readonly status: Call<None, Status>;
  readonly emulate: Call<EmulateOptions, EmulatorReport | EmulatorReports>;
  readonly batch: Call<BatchOptions, BatchResult>;
  readonly answers: Call<EngineOptions, Answers>;
  readonly reconcile: Call<ReconcileOptions, Reconciliation>;
  readonly doctor: Call<None, CheckResult[]>;
  readonly query: Call<QueryOptions, QueryResult>;
  readonly tables: Call<None, readonly QueryTable[]>;
  readonly browse: Call<BrowseOptions, readonly BrowsedRecord[]>;
  readonly trace: Call<{ readonly ind: number }, Trace>;
  readonly rejects: Call<{ readonly newest?: number }, Rejects>;
  readonly parts: Call<None, readonly PartState[]>;
  readonly actOnPart: Call<PartAction, unknown>;
  readonly emulator: Call<None, EmulatorState>;
  readonly setEmulator: Call<Partial<EmulatorState>, unknown>;
  readonly sendBroken: Call<BrokenRecord, unknown>;
  readonly report: Call<
    None,
    { readonly html?: string; readonly url?: string; readonly key: string; readonly made: string }
  >;
}

/** The name of a method. */
export type ApiMethod = keyof Api;

/** The body of a response that is no success. */
export interface ApiError {
  /** A sentence. */
  readonly error: string;
}

/** The header that carries the page's token in every call of the API. */
export const TOKEN_HEADER = 'x-page-token';
/** The name of the `<meta>` element that has the token. */
export const TOKEN_META = 'page-token';

/** Which pipeline the page shows. */
export interface About {
  /** `local`, `dev` or `prod`. */
  readonly stage: string;
  readonly userId: string;
  readonly side: Side;
  /** The version of this project. */
  readonly version: string;
  /** Another one than before: the server was started again, so load the page again; its token is no longer good. */
  readonly instance: string;
  /** The methods that this side lacks, each with the reason, a clause. */
  readonly unsupported: Readonly<Partial<Record<ApiMethod, string>>>;
  /** The options that this side does not take, by method, each with the reason, a clause. */
  readonly unsupportedOptions: Readonly<Partial<Record<ApiMethod, Readonly<Record<string, string>>>>>;
}

/** What the server reads by itself, other than the flow. */
export type Refreshed = 'parts' | 'emulator' | 'rejects' | 'answers' | 'reconciliation';

/** The events by name, with what each carries. A new listener gets the newest of each at once. */
export interface Events {
  readonly about: About;
  /** One each second; a new listener gets those of the last minute, the oldest first. */
  readonly flow: FlowSample;
  readonly parts: readonly PartState[];
  readonly emulator: EmulatorState;
  readonly rejects: Rejects;
  /** `at`: when it was read, ISO 8601. */
  readonly reconciliation: { readonly result: Reconciliation; readonly at: string };
  readonly answers: { readonly document: Answers; readonly at: string };
  /** The pipeline cannot be asked, or is being started: why, a sentence; null when it can. */
  readonly problem: { readonly message: string } | null;
  /** What could not be read although the pipeline can be asked, each with the reason, for example before the first batch. */
  readonly unavailable: Readonly<Partial<Record<Refreshed, string>>>;
}

/** The name of an event. */
export type EventName = keyof Events;

/** Where the API is. */
export const API_PATH = '/api/';
/** Where the events are. A browser opens six connections to a server, so a page in a hidden tab closes its stream. */
export const EVENTS_PATH = '/events';

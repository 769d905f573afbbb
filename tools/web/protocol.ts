/**
 * What the page and its server say to each other. Runs on both sides, so it imports types alone.
 *
 * - `POST /api/<method>` with the options as JSON: the result as JSON, or an {@link ApiError} with status 4xx or 5xx.
 * - `GET /events`: server-sent events, each an entry of {@link Events} as JSON.
 */
import type { Answers } from '../pipeline/answers';
import type { Side } from '../pipeline/capabilities';
import type { FlowSample, Rejects } from '../pipeline/flow';
import type { EmulatorState, PartState } from '../pipeline/hands';
import type { Control, Pipeline } from '../pipeline/pipeline';
import type { Reconciliation } from '../pipeline/reconcile';

/** Of a method without options. */
type None = Readonly<Record<string, never>>;

/** The methods of `Pipeline` that the page may call: those that it needs, each with a line in `methods.ts`. */
export type ApiMethod = Exclude<keyof Pipeline, 'flow' | 'replay'>;

/** The options that each method takes, and its result. */
export type Api = {
  readonly [Name in ApiMethod]: {
    readonly options: Parameters<Pipeline[Name]> extends [infer Options, Control] ? Options : None;
    readonly result: Awaited<ReturnType<Pipeline[Name]>>;
  };
};

/** The body of a response that is no success. */
export interface ApiError {
  /** A sentence. */
  readonly error: string;
}

/** The header that carries the page's token in every call of the API. */
export const TOKEN_HEADER = 'x-page-token';
/** The name of the `<meta>` element that has the token. */
export const TOKEN_META = 'page-token';
/** The name of the `<meta>` element that has the {@link About.instance} of the server that the page is from. */
export const INSTANCE_META = 'server-instance';

/** Which pipeline the page shows. */
export interface About {
  /** `local`, `dev` or `prod`. */
  readonly stage: string;
  readonly userId: string;
  readonly side: Side;
  /** The version of this project. */
  readonly version: string;
  /** Another one than the document's: the server was started again, so load the page again; its token is no longer good. */
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

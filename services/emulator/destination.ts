/** The interface of a destination, used by `send.ts`. */
import type { ApiRequest } from './api-client';
import type { FeedRecord } from './records';

/** Outcome of one record according to a response of the API. */
export type Entry<Place> =
  | { readonly kind: 'acknowledged'; readonly place: Place }
  /** Not stored; may succeed when sent again. */
  | { readonly kind: 'again'; readonly reason?: string }
  /** Not stored; will never succeed. */
  | { readonly kind: 'refused'; readonly reason: string };

/** One feed's topic or stream. `Place` locates a stored record in it. */
export interface Destination<Place> {
  /** The topic or stream, as named in problems. */
  readonly name: string;
  /** Maximum records per request. */
  readonly requestRecords: number;
  /** Why a record cannot be sent at all; undefined when it can. */
  objection(record: FeedRecord): string | undefined;
  /** The record's JSON in a request's body. */
  text(record: FeedRecord): string;
  /** The request for these records: at least one, at most `requestRecords`. */
  request(texts: readonly string[]): ApiRequest;
  /**
   * The outcomes of `count` records according to a 2xx response, in order; undefined when it is not such a response.
   */
  entries(body: string, count: number): readonly Entry<Place>[] | undefined;
}

/** Parses a JSON object; undefined for anything else. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a parsed value is an object or array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

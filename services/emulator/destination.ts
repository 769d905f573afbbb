/** What a destination of records must say of itself, so that `send.ts` can send to it. */
import type { ApiRequest } from './api-client';
import type { FeedRecord } from './records';

/** What became of one record, going by an answer of the API. */
export type Entry<Place> =
  | { readonly kind: 'acknowledged'; readonly place: Place }
  /** It is not stored, and may be when it is sent again. */
  | { readonly kind: 'again'; readonly reason?: string }
  /** It is not stored, and never will be. */
  | { readonly kind: 'refused'; readonly reason: string };

/** One feed's topic or stream. `Place` is where a stored record can be found in it. */
export interface Destination<Place> {
  /** The topic or stream, as problems name it. */
  readonly name: string;
  /** The most records in one request. */
  readonly requestRecords: number;
  /** Why a record cannot be sent at all, or undefined when it can. */
  objection(record: FeedRecord): string | undefined;
  /** The record's JSON as it stands in a request's body. */
  text(record: FeedRecord): string;
  /** The request that sends records, given their texts; never none, nor more than `requestRecords`. */
  request(texts: readonly string[]): ApiRequest;
  /** What the body of a 2xx answer says of each of `count` records, in order; undefined when it is no such answer. */
  entries(body: string, count: number): readonly Entry<Place>[] | undefined;
}

/** Parses JSON; undefined when the text is none, or no object. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a parsed value is an object (an array is one too). */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

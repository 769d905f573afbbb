/** Routing: which request gets which response. Independent of sockets and Kafka, which are passed in as functions. */
import { feedOfTopic } from '../contract';
import { ERROR_CODES, RestError, brokersAway, messageOf, quote, unknownTopic } from './errors';
import type { TopicDescription } from './kafka-metadata';
import { checkAccept, checkContentEncoding, checkContentType } from './media-types';
import { readProduceRequest, type ProduceRecord } from './produce-request';
import type { HoldMore } from './request-body';
import type { SentRecord } from './record-sender';

/** A request without its body. */
export interface RequestHead {
  readonly method: string;
  /** The request's target, for example `/topics/pinterest.pin?x=1`. */
  readonly url: string;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly accept: string | undefined;
}

/** A response. */
export interface RestResponse {
  readonly status: number;
  /** Serialised as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Dependencies of the routes. */
export interface RoutePorts {
  /** Throws RestError for errors of the whole request. */
  readonly send: (topic: string, records: readonly ProduceRecord[]) => Promise<SentRecord[]>;
  readonly topics: () => Promise<string[]>;
  readonly describe: (topic: string) => Promise<TopicDescription | undefined>;
  /** The ids of the brokers. */
  readonly brokers: () => Promise<number[]>;
}

/** The proxy's memory per record besides its bytes in the body, measured with Node 20. */
const RECORD_BYTES = 700;

/** The handler of a request, with or without its body. */
export type Route =
  | { readonly kind: 'read'; readonly respond: () => Promise<RestResponse> }
  | {
      readonly kind: 'produce';
      readonly topic: string;
      readonly respond: (body: Buffer, holdMore: HoldMore) => Promise<RestResponse>;
    };

/**
 * Finds the handler of a request, before its body is read.
 *
 * @throws RestError 404, 405, 406 or 415.
 */
export function findRoute(head: RequestHead, ports: RoutePorts): Route {
  const segments = readPath(head.url);
  const [first, name] = segments;
  const read = (respond: () => Promise<RestResponse>): Route => {
    checkMethod(head.method, ['GET', 'HEAD']);
    checkAccept(head.accept);
    return { kind: 'read', respond };
  };
  if (first === undefined) return read(() => Promise.resolve({ status: 200, body: {} }));
  if (first === 'health' && segments.length === 1)
    return read(() => Promise.resolve({ status: 200, body: { status: 'ok' } }));
  if (first === 'health' && name === 'ready' && segments.length === 2)
    return read(() =>
      asking(ports.brokers(), ({ length }) => ({ status: 200, body: { status: 'ready', brokers: length } })),
    );
  if (first === 'topics' && segments.length === 1)
    return read(() => asking(ports.topics(), (names) => ({ status: 200, body: names })));
  if (first === 'topics' && name !== undefined && segments.length === 2) return topicRoute(head, name, ports);
  throw notFound(head.url);
}

function topicRoute(head: RequestHead, topic: string, ports: RoutePorts): Route {
  checkMethod(head.method, ['GET', 'HEAD', 'POST']);
  checkAccept(head.accept);
  if (head.method !== 'POST') {
    checkTopicName(topic);
    return {
      kind: 'read',
      respond: () =>
        asking(ports.describe(topic), (description) => {
          if (description === undefined) throw unknownTopic(topic);
          return { status: 200, body: description };
        }),
    };
  }
  checkContentType(head.contentType);
  checkContentEncoding(head.contentEncoding);
  checkTopicName(topic);
  return {
    kind: 'produce',
    topic,
    respond: async (body, holdMore) => {
      // The topic's name gives the feed, so the proxy serves any user id without configuration.
      const records = readProduceRequest(body, { rowNumberMember: feedOfTopic(topic)?.rowNumber });
      holdMore(records.length * RECORD_BYTES);
      return produceResponse(topic, await ports.send(topic, records));
    },
  };
}

/**
 * The response to a produce request: one result for each record, in order, with status 200, even when some failed. When
 * none was stored and all failed for the same external cause, the request fails: 404 for a topic deleted meanwhile, 503
 * when Kafka acknowledged none.
 */
export function produceResponse(topic: string, results: readonly SentRecord[]): RestResponse {
  const allFailedBy = (code: number): boolean =>
    results.every((result) => 'errorCode' in result && result.errorCode === code);
  if (allFailedBy(ERROR_CODES.unknownTopic)) throw unknownTopic(topic);
  const [first] = results;
  if (first !== undefined && 'error' in first && allFailedBy(ERROR_CODES.kafkaRetriable))
    throw brokersAway(
      `Kafka did not acknowledge the records, which may or may not be stored: send them again. Cause: ${first.error}`,
    );
  return {
    status: 200,
    body: {
      offsets: results.map((result) =>
        'offset' in result
          ? { partition: result.partition, offset: Number(result.offset), error_code: null, error: null }
          : { partition: null, offset: null, error_code: result.errorCode, error: result.error },
      ),
      key_schema_id: null,
      value_schema_id: null,
    },
  };
}

/** The response to any error. */
export function errorResponse(error: unknown): RestResponse {
  if (error instanceof RestError)
    return {
      status: error.status,
      body: { error_code: error.code, message: error.message },
      headers: error.headers,
    };
  return {
    status: 500,
    body: {
      error_code: ERROR_CODES.internal,
      message: 'The proxy failed to process this request; see its log.',
    },
  };
}

function readPath(url: string): string[] {
  const [path = ''] = url.split(/[?#]/, 1);
  try {
    return path
      .replace(/^https?:\/\/[^/]*/i, '')
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    throw notFound(url);
  }
}

/** An invalid name belongs to no topic, so the brokers need not be asked. */
function checkTopicName(name: string): void {
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(name) || name === '.' || name === '..') throw unknownTopic(name);
}

function checkMethod(method: string, allowed: readonly string[]): void {
  if (allowed.includes(method)) return;
  throw new RestError(
    405,
    ERROR_CODES.methodNotAllowed,
    `The method ${quote(method)} is not allowed here: expected ${allowed.join(', ')}.`,
    { allow: allowed.join(', ') },
  );
}

function notFound(url: string): RestError {
  return new RestError(
    404,
    ERROR_CODES.notFound,
    `Not found: ${quote(url)}; the resources are /topics, /topics/{topic}, /health and /health/ready.`,
  );
}

async function asking<T>(question: Promise<T>, respond: (value: T) => RestResponse): Promise<RestResponse> {
  let value: T;
  try {
    value = await question;
  } catch (error) {
    throw brokersAway(`No Kafka broker responds: ${messageOf(error)}`);
  }
  return respond(value);
}

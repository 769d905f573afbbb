/**
 * Which request gets which answer. No sockets and no Kafka here: both come as plain functions.
 */
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

/** An answer. */
export interface Answer {
  readonly status: number;
  /** Written as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the routes need. */
export interface RoutePorts {
  /** Throws RestError for what concerns the whole request. */
  readonly send: (topic: string, records: readonly ProduceRecord[]) => Promise<SentRecord[]>;
  readonly topics: () => Promise<string[]>;
  readonly describe: (topic: string) => Promise<TopicDescription | undefined>;
  readonly brokers: () => Promise<number>;
}

/** What the proxy holds for a record besides its bytes in the body, measured with Node 20. */
const RECORD_BYTES = 700;

/** A handler that was found for a request: it needs the body, or none. */
export type Route =
  | { readonly kind: 'read'; readonly answer: () => Promise<Answer> }
  | {
      readonly kind: 'produce';
      readonly topic: string;
      readonly answer: (body: Buffer, holdMore: HoldMore) => Promise<Answer>;
    };

/**
 * Finds the handler of a request, before its body is read.
 *
 * @throws RestError 404, 405, 406 or 415.
 */
export function findRoute(head: RequestHead, ports: RoutePorts): Route {
  const segments = readPath(head.url);
  const [first, name] = segments;
  const read = (answer: () => Promise<Answer>): Route => {
    checkMethod(head.method, ['GET', 'HEAD']);
    checkAccept(head.accept);
    return { kind: 'read', answer };
  };
  if (first === undefined) return read(() => Promise.resolve({ status: 200, body: {} }));
  if (first === 'health' && segments.length === 1)
    return read(() => Promise.resolve({ status: 200, body: { status: 'ok' } }));
  if (first === 'health' && name === 'ready' && segments.length === 2)
    return read(() =>
      asking(ports.brokers(), (brokers) => ({ status: 200, body: { status: 'ready', brokers } })),
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
      answer: () =>
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
    answer: async (body, holdMore) => {
      // The topic's name tells the feed, so that the proxy serves any user id and needs no option for it.
      const records = readProduceRequest(body, feedOfTopic(topic)?.rowNumber);
      holdMore(records.length * RECORD_BYTES);
      return produceAnswer(topic, await ports.send(topic, records));
    },
  };
}

/**
 * The answer to a produce request. One result for each record, in order, with status 200, also when some failed. When
 * none was stored and all for the same cause outside the records, that cause is the request's: 404 for a topic that was
 * deleted on the way, 503 when Kafka did not acknowledge any.
 */
export function produceAnswer(topic: string, results: readonly SentRecord[]): Answer {
  const allFailedBy = (code: number): boolean =>
    results.every((result) => 'errorCode' in result && result.errorCode === code);
  if (allFailedBy(ERROR_CODES.unknownTopic)) throw unknownTopic(topic);
  const [first] = results;
  if (first !== undefined && 'error' in first && allFailedBy(ERROR_CODES.kafkaRetriable))
    throw brokersAway(
      `Kafka did not acknowledge the records, which may or may not be stored; send them again. The cause: ${first.error}`,
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

/** The answer to anything that was thrown. */
export function errorAnswer(error: unknown): Answer {
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
      message: 'The proxy failed on this request; its log says why.',
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

/** A name that Kafka would refuse belongs to no topic; asking the brokers for it is no use. */
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
    `Nothing is at ${quote(url)}: there are /topics, /topics/{topic}, /health and /health/ready.`,
  );
}

async function asking<T>(question: Promise<T>, answer: (value: T) => Answer): Promise<Answer> {
  let value: T;
  try {
    value = await question;
  } catch (error) {
    throw brokersAway(`No Kafka broker answers: ${messageOf(error)}`);
  }
  return answer(value);
}

/** Routing: which request gets which response. Independent of sockets and Kafka, which are passed in as functions. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { feedOfTopic } from '../contract';
import { ERROR_CODES, RestError, notServed, quote, unknownPartition, unknownTopic } from './errors';
import type { TopicDescription } from './kafka-metadata';
import { readContentEncoding, readFormat, type ContentEncoding } from './media-types';
import { readProduceRequest, type ProduceRecord } from './produce-request';
import { produceResponse } from './produce-response';
import { RESOURCES, type Resource } from './resources';
import type { HoldMore } from './request-body';
import type { SentRecord } from './record-sender';
import type { TopicFilter } from './topic-filter';

/** What the head of a request says besides its target. */
export interface RequestHead {
  readonly method: string;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
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
  /** The topics that the proxy serves. */
  readonly serves: TopicFilter;
}

/** The handler of a request, with or without its body. */
export type Route =
  | { readonly kind: 'read'; readonly respond: () => Promise<RestResponse> }
  | {
      readonly kind: 'produce';
      readonly encoding: ContentEncoding;
      readonly respond: (body: Buffer, holdMore: HoldMore) => Promise<RestResponse>;
    };

/** What a request's path leads to. */
export interface Target {
  readonly resource: Resource;
  /** The topic in the path, decoded; undefined in a path without one. */
  readonly topic: string | undefined;
  /** The partition in the path, as text. */
  readonly partition: string | undefined;
}

/** The proxy's memory per record besides its bytes in the body, measured with Node 20. */
const RECORD_BYTES = 700;
/** A request of so many records lets others have their turn between its steps, of which each takes milliseconds. */
const MANY_RECORDS = 1000;
/** The largest partition number of Kafka's protocol is 31 bits long. */
const PARTITION = /^(0|[1-9][0-9]{0,9})$/;

const PATTERNS = RESOURCES.map((resource) => ({ resource, pattern: segmentsOf(resource.path) }));

/**
 * Finds what is at a URL.
 *
 * @throws RestError 404
 */
export function findResource(url: string): Target {
  const segments = readPath(url);
  const found = PATTERNS.find(
    ({ pattern }) =>
      pattern.length === segments.length &&
      pattern.every((name, index) => name.startsWith('{') || name === segments[index]),
  );
  if (found === undefined) throw notFound(url, segments);
  const [topic, partition] = segments.filter((_, index) => found.pattern[index]?.startsWith('{'));
  return { resource: found.resource, topic, partition };
}

/**
 * Finds the handler of a request, before its body is read.
 *
 * @throws RestError 403, 404, 405 or 415.
 */
export function findRoute(head: RequestHead, target: Target, ports: RoutePorts): Route {
  const { resource, topic, partition } = target;
  checkMethod(head.method, resource.produces ? ['GET', 'HEAD', 'POST'] : ['GET', 'HEAD']);
  const format = head.method === 'POST' ? readFormat(head.contentType) : undefined;
  const encoding = readContentEncoding(head.method === 'POST' ? head.contentEncoding : undefined);
  if (topic !== undefined) checkTopic(topic, ports.serves);
  if (topic === undefined || format === undefined)
    return { kind: 'read', respond: () => resource.read(ports, topic ?? '', partition ?? '') };
  if (partition !== undefined && !(PARTITION.test(partition) && Number(partition) < 2 ** 31))
    throw unknownPartition(topic, partition);
  return {
    kind: 'produce',
    encoding,
    respond: async (body, holdMore) => {
      if (format === 'binary') holdMore(Math.ceil(body.length * 0.75));
      const records = readProduceRequest(body, {
        format,
        partition: partition === undefined ? undefined : Number(partition),
        // The topic's name gives the feed, so the proxy serves any user id without configuration.
        rowNumberMember: feedOfTopic(topic)?.rowNumber,
      });
      holdMore(records.length * RECORD_BYTES);
      const many = records.length >= MANY_RECORDS;
      if (many) await nextTurn();
      const results = await ports.send(topic, records);
      if (many) await nextTurn();
      return produceResponse(topic, results);
    },
  };
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function readPath(url: string): string[] {
  const [path = ''] = url.split(/[?#]/, 1);
  try {
    return segmentsOf(path.replace(/^https?:\/\/[^/]*/i, '')).map(decodeURIComponent);
  } catch {
    throw notFound(url, []);
  }
}

/** An invalid name belongs to no topic, so the brokers need not be asked. */
function checkTopic(name: string, serves: TopicFilter): void {
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(name) || name === '.' || name === '..') throw unknownTopic(name);
  if (!serves(name)) throw notServed(name);
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

/** 404, which says what is left out of the REST Proxy's API on purpose. */
function notFound(url: string, [first, , , , last]: readonly string[]): RestError {
  const leftOut =
    first === 'consumers'
      ? 'this proxy has no consumers: read topics by a Kafka client'
      : first === 'v3'
        ? 'this proxy speaks version 2 of the API, whose paths begin with /topics'
        : last === 'offsets' || last === 'messages'
          ? 'this proxy reads no offsets or records: use a Kafka client'
          : `the resources are ${RESOURCES.map(({ path }) => path).join(', ')}`;
  return new RestError(404, ERROR_CODES.notFound, `Not found: ${quote(url)}; ${leftOut}.`);
}

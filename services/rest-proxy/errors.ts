/**
 * The proxy's errors in the format of Confluent's REST Proxy v2: an HTTP status, and a body with `error_code` and
 * `message`. Codes of five digits are the status followed by a number that distinguishes errors of one status.
 */

/** `error_code` of every error response of the proxy. */
export const ERROR_CODES = {
  badJson: 400,
  /** As in Confluent's proxy: a topic that the client may not use. */
  notAuthorised: 40301,
  notFound: 404,
  unknownTopic: 40401,
  unknownPartition: 40402,
  methodNotAllowed: 405,
  notAcceptable: 406,
  requestTimeout: 408,
  tooLarge: 413,
  unsupportedMediaType: 415,
  wrongShape: 42201,
  noRecords: 42202,
  wrongRecord: 42203,
  /** A record of a feed requests another partition than that of its post. */
  wrongPartition: 42204,
  tooManyInFlight: 42901,
  internal: 500,
  /** Kafka refused the record; a retry will not help. */
  kafka: 50002,
  /** Kafka could not store the record now, or the response was lost; a retry may help. */
  kafkaRetriable: 50003,
  shuttingDown: 50301,
} as const;

/** An error that is sent to the client unchanged. The message must not contain contents of records. */
export class RestError extends Error {
  /**
   * @param status the HTTP status.
   * @param code the body's `error_code`, one of {@link ERROR_CODES}.
   * @param message what was wrong, what was expected, and how to fix it.
   * @param headers further headers of the response, for example `allow` or `retry-after`.
   */
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'RestError';
  }
}

/** 404, code 40401: no such topic. */
export function unknownTopic(topic: string): RestError {
  return new RestError(404, ERROR_CODES.unknownTopic, `Topic ${quote(topic)} not found.`);
}

/** 403, code 40301: the proxy does not serve this topic, whether it exists or not. */
export function notServed(topic: string): RestError {
  return new RestError(
    403,
    ERROR_CODES.notAuthorised,
    `Topic ${quote(topic)} is not served by this proxy: its option --topics lists those that are.`,
  );
}

/** 404, code 40402: the topic has no such partition. Without `partitions`, no topic has. */
export function unknownPartition(topic: string, partition: number | string, partitions?: number): RestError {
  const expected =
    partitions === undefined
      ? 'expected a whole number from 0 to 2147483647'
      : `topic ${quote(topic)} has the partitions 0 to ${partitions - 1}`;
  const shown = typeof partition === 'number' ? partition : quote(partition);
  return new RestError(404, ERROR_CODES.unknownPartition, `Partition ${shown} not found: ${expected}.`);
}

/** 422, code 42204: the record requests another partition than that of its post. */
export function wrongPartition(topic: string, index: number, partition: number, right: number): RestError {
  return wrongShape(
    `records[${index}] requests partition ${partition}: all rows of its post belong in partition ${right} of topic ${quote(topic)}, where the newest has the highest offset. Omit "partition" to have it chosen.`,
    ERROR_CODES.wrongPartition,
  );
}

/** 503, code 50003: the brokers could not be reached, or did not respond in time. */
export function brokersAway(message: string): RestError {
  return new RestError(503, ERROR_CODES.kafkaRetriable, message, { 'retry-after': '1' });
}

/** 422: readable JSON of the wrong shape. */
export function wrongShape(message: string, code: number = ERROR_CODES.wrongShape): RestError {
  return new RestError(422, code, message);
}

/** 400: the body cannot be read. */
export function unreadable(finding: string): RestError {
  return new RestError(400, ERROR_CODES.badJson, `The body cannot be read: ${finding}.`);
}

/** A text as shown in messages: quoted, control characters escaped, truncated after 80 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

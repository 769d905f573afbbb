/**
 * The proxy's errors, as Confluent's REST Proxy v2 writes them: an HTTP status, and a body with `error_code` and
 * `message`. Codes of five digits are the status followed by a number that tells errors of one status apart.
 */

/** `error_code` of every error the proxy answers with. */
export const ERROR_CODES = {
  badJson: 400,
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
  /** A record of a feed asks for another partition than the one where its post's rows are. */
  wrongPartition: 42204,
  tooManyInFlight: 42901,
  internal: 500,
  /** Kafka refused the record; sending it again will not help. */
  kafka: 50002,
  /** Kafka could not store the record now, or the answer was lost; sending it again may help. */
  kafkaRetriable: 50003,
  shuttingDown: 50301,
} as const;

/** An error that is answered to the client as it stands. The message must not hold contents of records. */
export class RestError extends Error {
  /**
   * @param status the HTTP status.
   * @param code the body's `error_code`, one of {@link ERROR_CODES}.
   * @param message says what was wrong, what was expected and how to mend it.
   * @param headers further headers of the answer, for example `allow` or `retry-after`.
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

/** 404, code 40402: the topic has no such partition. */
export function unknownPartition(topic: string, partition: number, partitions: number): RestError {
  return new RestError(
    404,
    ERROR_CODES.unknownPartition,
    `Partition ${partition} not found: topic ${quote(topic)} has the partitions 0 to ${partitions - 1}.`,
  );
}

/** 422, code 42204: the rows of the record's post stand in another partition than the one that was asked for. */
export function wrongPartition(topic: string, index: number, partition: number, right: number): RestError {
  return wrongShape(
    `records[${index}] asks for partition ${partition}: all rows of its post stand in partition ${right} of topic ${quote(topic)}, where their order tells the newest. Leave "partition" out, then that one is chosen.`,
    ERROR_CODES.wrongPartition,
  );
}

/** 503, code 50003: the brokers could not be reached, or did not answer in time. */
export function brokersAway(message: string): RestError {
  return new RestError(503, ERROR_CODES.kafkaRetriable, message, { 'retry-after': '1' });
}

/** 422: readable JSON of the wrong shape. */
export function wrongShape(message: string, code: number = ERROR_CODES.wrongShape): RestError {
  return new RestError(422, code, message);
}

/** A text as it is shown in messages: quoted, control characters escaped, cut after 80 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

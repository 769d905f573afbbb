/** The response to a produce request, made from its records' results. */
import { ERROR_CODES, RestError, brokersAway, unknownTopic } from './errors';
import type { SentRecord } from './record-sender';
import type { RestResponse } from './routes';

/** The `error_code` of a request all of whose records Kafka refused, by its status. */
const REFUSED: Readonly<Record<number, number>> = {
  403: ERROR_CODES.notAuthorised,
  413: ERROR_CODES.tooLarge,
  422: ERROR_CODES.wrongRecord,
};

/**
 * The response: one result for each record, in order, with status 200 when at least one was stored.
 *
 * @throws RestError when none was stored, by the results' errors: 404 for a topic deleted meanwhile; 503 when Kafka did
 * not acknowledge one of them, so that it may be stored; otherwise Kafka refused all, for good: 413, 403, 422 or 500.
 */
export function produceResponse(topic: string, results: readonly SentRecord[]): RestResponse {
  if (!results.some((result) => 'offset' in result)) throw failure(topic, results);
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

function failure(topic: string, results: readonly SentRecord[]): RestError {
  const errors = results.flatMap((result) => ('offset' in result ? [] : [result]));
  if (errors.every(({ errorCode }) => errorCode === ERROR_CODES.unknownTopic)) return unknownTopic(topic);
  const uncertain = errors.find(({ errorCode }) => errorCode === ERROR_CODES.kafkaRetriable);
  if (uncertain !== undefined)
    return brokersAway(
      `Kafka did not acknowledge the records, which may or may not be stored: send them again. Cause: ${uncertain.error}`,
    );
  const refused = errors.find(({ errorCode }) => errorCode === ERROR_CODES.kafka);
  const status = refused?.status ?? 500;
  const count = errors.length === 1 ? 'the record' : `each of the ${errors.length} records`;
  return new RestError(
    status,
    REFUSED[status] ?? ERROR_CODES.kafka,
    `Kafka refused ${count}; nothing was stored, and the same request will be refused again. Cause: ${refused?.error ?? 'unknown'}`,
  );
}

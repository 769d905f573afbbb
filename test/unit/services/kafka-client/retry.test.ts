import { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { passes } from '../../../../services/kafka-client/retry';

const refused = (retriable: boolean): Error =>
  Object.assign(new KafkaJSProtocolError('The coordinator is not available'), { retriable });

/** What kafkajs throws after its retries. */
const givenUp = (cause: Error): Error =>
  new KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 2, retryTime: 200 });

test('an error that kafkajs retries is transient, also after its retries', () => {
  expect(passes(refused(true))).toBe(true);
  expect(passes(givenUp(refused(true)))).toBe(true);
});

test('other errors are not transient', () => {
  expect(passes(refused(false))).toBe(false);
  expect(passes(givenUp(refused(false)))).toBe(false);
  expect(passes(new Error('S3 is away'))).toBe(false);
  expect(passes('text')).toBe(false);
});

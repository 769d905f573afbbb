import { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { passes } from '../../../../services/kafka-client/read-ranges';

const refused = (retriable: boolean): Error =>
  Object.assign(new KafkaJSProtocolError('The coordinator is not available'), { retriable });

/** What kafkajs throws when its tries for a request are over. */
const givenUp = (cause: Error): Error =>
  new KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 2, retryTime: 200 });

test('a fault that kafkajs would try again may pass, also when it has given up on it', () => {
  expect(passes(refused(true))).toBe(true);
  expect(passes(givenUp(refused(true)))).toBe(true);
});

test('what it would not try again, and what is no error of it, does not pass', () => {
  expect(passes(refused(false))).toBe(false);
  expect(passes(givenUp(refused(false)))).toBe(false);
  expect(passes(new Error('S3 is away'))).toBe(false);
  expect(passes('text')).toBe(false);
});

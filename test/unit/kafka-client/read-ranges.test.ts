import {
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
  type EachMessageHandler,
  type Kafka,
} from 'kafkajs';
import { readRanges } from '../../../kafka-client/read-ranges';

/** What kafkajs throws when its tries for a request are over. */
const givenUp = (retriable: boolean): Error =>
  new KafkaJSNumberOfRetriesExceeded(
    Object.assign(new KafkaJSProtocolError('The coordinator is not available'), { retriable }),
    { retryCount: 2, retryTime: 200 },
  );

/** A broker with the offsets 0 and 1 in partition 0; the first attempts to join a group fail with these errors. */
function brokerThatFails(...errors: Error[]): Kafka {
  const admin = {
    connect: () => Promise.resolve(),
    deleteGroups: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
  };
  const consumer = () => {
    let crashed: ((event: { payload: { error: Error } }) => void) | undefined;
    return {
      events: { CRASH: 'consumer.crash' },
      on: (_event: string, listener: typeof crashed) => (crashed = listener),
      connect: () => Promise.resolve(),
      subscribe: () => Promise.resolve(),
      seek: () => undefined,
      disconnect: () => Promise.resolve(),
      run: async ({ eachMessage }: { eachMessage: EachMessageHandler }) => {
        const error = errors.shift();
        if (error !== undefined) crashed?.({ payload: { error } });
        else
          for (const offset of ['0', '1'])
            await eachMessage({ partition: 0, message: { offset } } as Parameters<EachMessageHandler>[0]);
      },
    };
  };
  return { admin: () => admin, consumer } as unknown as Kafka;
}

async function read(kafka: Kafka, deadline = Date.now() + 60_000): Promise<string[]> {
  const taken: string[] = [];
  const options = { topic: 'a', ranges: [{ partition: 0, next: 0, end: 2 }], groupPrefix: 'test-', deadline };
  await readRanges(kafka, options, ({ offset }) => void taken.push(offset));
  return taken;
}

test('a fault that passes is waited for, also when kafkajs has given up on it', async () => {
  expect(await read(brokerThatFails(givenUp(true), givenUp(true)))).toEqual(['0', '1']);
});

test('what does not pass, or not in time, is reported', async () => {
  await expect(read(brokerThatFails(givenUp(false)))).rejects.toThrow('not available');
  await expect(read(brokerThatFails(givenUp(true)), Date.now())).rejects.toThrow('not available');
});

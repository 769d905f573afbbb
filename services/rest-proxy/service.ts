/**
 * Puts the proxy together and runs it: Kafka by kafkajs on one side, HTTP on the other.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka } from '../kafka-client';
import { createKafkaProducer } from './kafka-producer';
import { KafkaMetadata } from './kafka-metadata';
import type { Log } from './log';
import type { ProxyOptions } from './options';
import { RecordSender } from './record-sender';
import { ProxyServer } from './server';
import { TopicDirectory } from './topic-directory';

const CLIENT_ID = 'kafka-rest-proxy';
const TOPIC_KNOWN_MS = 5000;
const TOPIC_MISSING_MS = 500;
/** kafkajs copies a batch's list once for each of its records, so batches are kept short. */
const MAX_BATCH_RECORDS = 500;
/** Sequence numbers have 31 bits, and kafkajs starts again at 0 at the wrong place. */
const MAX_PRODUCER_RECORDS = 2 ** 30;
const IDLE_LANE_MS = 5 * 60_000;

/** A proxy that listens. */
export interface RunningProxy {
  /** For example `http://127.0.0.1:8082`. */
  readonly url: string;
  /**
   * Takes no more requests, answers the running ones, ends the connections to Kafka. What is not done within the
   * shutdown time-out is cut off. Calls after the first wait for the first.
   */
  stop(): Promise<void>;
}

/**
 * Starts a proxy. It does not wait for Kafka: until a broker answers, requests are answered with 503.
 *
 * @throws Error when the port cannot be had.
 */
export async function startProxy(options: ProxyOptions, log: Log): Promise<RunningProxy> {
  // Two attempts fit into the time a record has.
  const requestTimeoutMs = Math.max(100, Math.floor(options.deliveryTimeoutMs / 2));
  const kafka = createKafka({
    ...options.kafka,
    clientId: CLIENT_ID,
    requestTimeoutMs,
    warn: (message, details) => {
      log('warn', `kafka: ${message}`, details);
    },
  });
  const metadata = new KafkaMetadata(kafka, requestTimeoutMs);
  const now = (): number => performance.now();
  const pause = async (milliseconds: number): Promise<void> => {
    await sleep(milliseconds);
  };
  const directory = new TopicDirectory(
    { fetch: (topic) => metadata.partitions(topic), now, sleep: pause },
    { knownForMs: TOPIC_KNOWN_MS, missingForMs: TOPIC_MISSING_MS },
  );
  const sender = new RecordSender(
    {
      directory,
      createProducer: (topic) => createKafkaProducer(kafka, topic, requestTimeoutMs),
      now,
      sleep: pause,
    },
    {
      maxBatchBytes: options.maxBatchBytes,
      maxBatchRecords: MAX_BATCH_RECORDS,
      maxProducerRecords: MAX_PRODUCER_RECORDS,
      deliveryTimeoutMs: options.deliveryTimeoutMs,
      lanesPerTopic: options.lanesPerTopic,
      idleLaneMs: IDLE_LANE_MS,
    },
  );
  const server = new ProxyServer(
    options,
    {
      send: (topic, records) => sender.send(topic, records),
      topics: () => metadata.topics(),
      describe: (topic) => metadata.describe(topic),
      brokers: () => metadata.brokers(),
    },
    log,
  );
  const url = await server.listen();
  log('info', 'listening', { url, bootstrapServers: options.kafka.bootstrapServers });

  let stopped: Promise<void> | undefined;
  return {
    url,
    stop: () => {
      stopped ??= (async () => {
        log('info', 'stopping');
        const orderly = (async () => {
          await server.stop();
          await Promise.all([sender.close(), metadata.close()]);
          return true;
        })();
        const limit = sleep(options.shutdownTimeoutMs, false, { ref: false });
        if (!(await Promise.race([orderly, limit])))
          log('warn', 'Requests were cut off: they were not done within the shutdown time-out', {
            shutdownTimeoutMs: options.shutdownTimeoutMs,
          });
        server.abort();
        log('info', 'stopped');
      })();
      return stopped;
    },
  };
}

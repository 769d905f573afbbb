/** Assembles and runs the proxy: HTTP in front, Kafka behind. */
import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka } from '../kafka-client';
import { startAdminServer } from './admin-server';
import { createKafkaProducer } from './kafka-producer';
import { KafkaMetadata } from './kafka-metadata';
import type { BatchProducer } from './lane';
import type { Log } from './log';
import { Metrics } from './metrics';
import type { ProxyOptions } from './options';
import { RecordSender } from './record-sender';
import { ProxyServer } from './server';
import { TopicDirectory } from './topic-directory';
import { topicFilter } from './topic-filter';

const CLIENT_ID = 'kafka-rest-proxy';
const TOPIC_KNOWN_MS = 5000;
const TOPIC_MISSING_MS = 500;
/** A batch of the smallest records is encoded in a few milliseconds. */
const MAX_BATCH_RECORDS = 5000;
/** Sequence numbers have 31 bits, and the library does not wrap them. */
const MAX_PRODUCER_RECORDS = 2 ** 30;
const IDLE_LANE_MS = 5 * 60_000;

/** A running proxy. */
export interface RunningProxy {
  /** For example `http://127.0.0.1:8082`. */
  readonly url: string;
  /** Metrics and health, for example `http://127.0.0.1:8084`; undefined in a worker, whose parent has them. */
  readonly adminUrl: string | undefined;
  /**
   * Accepts no more requests, completes the running ones, and disconnects from Kafka. After the shutdown time-out
   * connections are closed. Later calls wait for the first.
   */
  stop(): Promise<void>;
}

/** The options of what sends records. */
export type SendingOptions = Pick<
  ProxyOptions,
  'kafka' | 'deliveryTimeoutMs' | 'lanesPerTopic' | 'maxBatchBytes'
>;

/** What sends records, and reads metadata. */
export interface Sending {
  readonly sender: RecordSender;
  readonly metadata: KafkaMetadata;
  /** Waits until every record has a result, and disconnects. */
  readonly close: () => Promise<void>;
}

/** How the proxy reaches Kafka. */
function connectionOf({
  kafka,
  deliveryTimeoutMs,
}: SendingOptions): SendingOptions['kafka'] & { clientId: string; requestTimeoutMs: number } {
  // Two attempts fit into a record's delivery time-out.
  return {
    ...kafka,
    clientId: CLIENT_ID,
    requestTimeoutMs: Math.max(100, Math.floor(deliveryTimeoutMs / 2)),
  };
}

/** What reads metadata. It connects when it is needed. */
export function createMetadata(options: SendingOptions, log: Log): KafkaMetadata {
  const connection = connectionOf(options);
  const kafka = createKafka({
    ...connection,
    warn: (message, details) => {
      log('warn', `kafka: ${message}`, details);
    },
  });
  return new KafkaMetadata(kafka, connection.requestTimeoutMs);
}

/**
 * Assembles what sends records. It connects when it is needed.
 *
 * @param observed wraps each producer, to count what it does.
 */
export function createRecordSender(
  options: SendingOptions,
  log: Log,
  observed: (producer: BatchProducer) => BatchProducer = (producer) => producer,
): Sending {
  const connection = connectionOf(options);
  const metadata = createMetadata(options, log);
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
      createProducer: (topic) =>
        observed(createKafkaProducer(connection, topic, connection.requestTimeoutMs)),
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
  return {
    sender,
    metadata,
    close: async () => {
      await Promise.all([sender.close(), metadata.close()]);
    },
  };
}

/**
 * Starts a proxy. It does not wait for Kafka: until a broker responds, requests get 503.
 *
 * @throws Error when a port is unavailable.
 */
export async function startProxy(options: ProxyOptions, log: Log): Promise<RunningProxy> {
  const metrics = new Metrics();
  const { sender, metadata, close } = createRecordSender(options, log, (producer) =>
    metrics.watched(producer),
  );
  const server = new ProxyServer(
    options,
    {
      send: (topic, records) => metrics.sending(records.length, sender.send(topic, records)),
      topics: () => metadata.topics(),
      describe: (topic) => metadata.describe(topic),
      brokers: () => metadata.brokers(),
      serves: topicFilter(options.topics),
    },
    log,
    metrics,
  );
  metrics.observe(() => server.inFlight);
  const admin = cluster.isWorker
    ? undefined
    : await startAdminServer(options.adminHost, options.adminPort, {
        metrics: () => metrics.text(),
        brokers: () => metadata.brokers(),
      });
  const url = await server.listen();
  const { bootstrapServers } = options.kafka;
  log('info', 'listening', { url, adminUrl: admin?.url, bootstrapServers, topics: options.topics });

  let stopped: Promise<void> | undefined;
  return {
    url,
    adminUrl: admin?.url,
    stop: () => {
      stopped ??= (async () => {
        log('info', 'stopping');
        const orderly = (async () => {
          await server.stop();
          await close();
          return true;
        })();
        const limit = sleep(options.shutdownTimeoutMs, false, { ref: false });
        if (!(await Promise.race([orderly, limit])))
          log('warn', 'Requests were aborted: they did not complete within the shutdown time-out', {
            shutdownTimeoutMs: options.shutdownTimeoutMs,
          });
        server.abort();
        admin?.close();
        log('info', 'stopped');
      })();
      return stopped;
    },
  };
}

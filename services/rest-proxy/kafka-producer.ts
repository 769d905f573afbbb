/** A lane's producer by kafkajs: idempotent, one attempt per call. */
import { KafkaJSError, type Kafka, type Producer } from 'kafkajs';
import { readKafkaError } from '../kafka-client';
import type { Attempt, BatchProducer, LaneRecord } from './lane';

/** Errors by which the broker refuses a batch because of one record. Nothing was stored. */
const RECORD_ERRORS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'CORRUPT_MESSAGE',
]);
/** Errors by which the broker refuses the whole batch permanently. Nothing was stored. */
const BATCH_ERRORS = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'POLICY_VIOLATION',
  'INVALID_REQUIRED_ACKS',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
]);
/** Errors after which this producer id is unusable. */
const PRODUCER_ERRORS = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_ID_MAPPING',
]);

/**
 * kafkajs must never retry a send, so that the lane sees the outcome of every attempt. kafkajs refuses `retries < 1`
 * for an idempotent producer and repeats while `count < retries`; both comparisons are false for NaN.
 */
const NO_RETRIES = Number.NaN;

/** Creates a producer for one topic. It connects at the first batch. */
export function createKafkaProducer(kafka: Kafka, topic: string, requestTimeoutMs: number): BatchProducer {
  // State of the current attempt. kafkajs calls the partitioner before it sends a batch.
  let target = 0;
  let partitioned = false;
  const producer = kafka.producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    metadataMaxAge: 60_000,
    retry: { retries: NO_RETRIES },
    createPartitioner: () => (args) => {
      // kafkajs silently drops records for a partition that it does not know. An error of this type makes it refresh
      // its metadata.
      // sees an error of this type.
      if (!args.partitionMetadata.some(({ partitionId }) => partitionId === target))
        throw Object.assign(new KafkaJSError(`Partition ${target} is not known yet`, { retriable: true }), {
          type: 'LEADER_NOT_AVAILABLE',
        });
      partitioned = true;
      return target;
    },
  });
  let connected: Promise<void> | undefined;

  return {
    async attempt(partition, records) {
      target = partition;
      partitioned = false;
      try {
        connected ??= producer.connect();
        await connected;
      } catch (error) {
        connected = undefined;
        return failed(error, false);
      }
      try {
        return await sendOnce(producer, topic, partition, records, requestTimeoutMs);
      } catch (error) {
        return failed(error, partitioned);
      }
    },
    async close() {
      try {
        await connected;
        await producer.disconnect();
      } catch {
        // A connection that is already gone needs no disconnect.
      }
    },
  };
}

async function sendOnce(
  producer: Producer,
  topic: string,
  partition: number,
  records: readonly LaneRecord[],
  requestTimeoutMs: number,
): Promise<Attempt> {
  const results = await producer.send({
    topic,
    acks: -1,
    timeout: requestTimeoutMs,
    messages: records.map(({ key, value }) => ({ key, value })),
  });
  const result = results.find((found) => found.topicName === topic && found.partition === partition);
  if (result?.baseOffset === undefined)
    return { kind: 'retry', error: 'Kafka sent no result for the batch.', sent: true, topicMissing: false };
  return { kind: 'stored', baseOffset: BigInt(result.baseOffset) };
}

/**
 * Classifies an error. kafkajs refreshes its metadata after many errors and throws that request's error instead, so
 * only errors that no metadata request can have are taken literally.
 */
function failed(thrown: unknown, sent: boolean): Attempt {
  const { name, message, type } = readKafkaError(thrown);
  const error = type === undefined ? `${name}: ${message}` : `${type}: ${message}`;
  if (type !== undefined && PRODUCER_ERRORS.has(type)) return { kind: 'producer-broken', error, sent };
  if (type !== undefined && RECORD_ERRORS.has(type)) return { kind: 'refused-record', error };
  if (type !== undefined && BATCH_ERRORS.has(type)) return { kind: 'refused', error };
  return {
    kind: 'retry',
    error,
    sent,
    topicMissing: type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'INVALID_TOPIC_EXCEPTION',
  };
}

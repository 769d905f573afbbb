/**
 * A lane's producer: idempotent, one request per attempt, by the protocol layer of `@platformatic/kafka`. That library's own
 * producer repeats failed requests by itself, and so would hide the outcome of an attempt from the lane.
 */
import {
  Writer,
  type Connection,
  initProducerIdV4,
  metadataV9,
  produceV9,
  protocolErrorsCodesById,
} from '@platformatic/kafka';
import { type KafkaConnection } from '../kafka-client';
import { BrokerConnections, causeOf, type Broker } from '../kafka-client/broker-connections';
import { encodeRecordBatch } from '../kafka-client/record-batch';
import type { Attempt, BatchProducer, LaneRecord } from './lane';

/** Errors by which the broker refuses a batch because of one record, with HTTP statuses. Nothing was stored. */
const RECORD_ERRORS = new Map([
  ['MESSAGE_TOO_LARGE', 413],
  ['RECORD_LIST_TOO_LARGE', 413],
  ['INVALID_RECORD', 422],
  ['INVALID_TIMESTAMP', 500],
  ['CORRUPT_MESSAGE', 500],
]);
/** Errors by which the broker refuses the whole batch permanently, with HTTP statuses. Nothing was stored. */
const BATCH_ERRORS = new Map([
  ['TOPIC_AUTHORIZATION_FAILED', 403],
  ['CLUSTER_AUTHORIZATION_FAILED', 403],
  ['POLICY_VIOLATION', 422],
  ['INVALID_REQUIRED_ACKS', 500],
  ['UNSUPPORTED_FOR_MESSAGE_FORMAT', 500],
]);
/** Errors after which this producer id is unusable. */
const PRODUCER_ERRORS = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_ID_MAPPING',
]);
const MISSING_TOPIC_ERRORS = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']);
const ALL_REPLICAS = -1;
const NO_ID = -1n;
const NO_EPOCH = -1;

/** A protocol error by which a broker responds. */
class BrokerError extends Error {
  constructor(
    /** Kafka's name of it, for example `MESSAGE_TOO_LARGE`. */
    readonly type: string,
    detail: string | null,
  ) {
    super(detail === null || detail === '' ? type : `${type}: ${detail}`);
  }
}

/** Throws the protocol error of a code, unless it is 0. */
function check(code: number, detail: string | null = null): void {
  if (code !== 0) throw new BrokerError(protocolErrorsCodesById[code] ?? `error ${code}`, detail);
}

/** The response to a request, also when an error stands in it, by which the library throws it. */
async function responseOf<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    const { response } = error as { response?: T };
    if (response === undefined) throw error;
    return response;
  }
}

/** What a broker knows a producer by. */
interface Identity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

async function newIdentity(connection: Connection): Promise<Identity> {
  const request = initProducerIdV4.api.async(connection, null, 0, NO_ID, NO_EPOCH);
  const { errorCode, producerId, producerEpoch } = await responseOf(request);
  check(errorCode);
  return { producerId, producerEpoch };
}

/** A produce request of one batch: https://kafka.apache.org/protocol#The_Messages_Produce, version 9. */
function produceRequest(topic: string, partition: number, batch: Buffer, timeoutMs: number): Writer {
  return Writer.create()
    .appendString(null) // no transaction
    .appendInt16(ALL_REPLICAS)
    .appendInt32(timeoutMs)
    .appendArray([topic], (topics) => {
      topics.appendString(topic).appendArray([partition], (partitions) => {
        partitions.appendInt32(partition).appendBytes(batch);
      });
    })
    .appendTaggedFields();
}

type ProduceResponse = ReturnType<typeof produceV9.parseResponse>;

/** Sends a produce request, and reads the response as the library does. */
function produce(connection: Connection, request: Writer): Promise<ProduceResponse> {
  const { key, version } = produceV9.api;
  return new Promise((resolve, reject) => {
    connection.send(
      key,
      version,
      () => request,
      produceV9.parseResponse,
      true,
      true,
      (error, response) => {
        if (error === null && response !== undefined) resolve(response);
        else reject(error ?? new Error('Kafka sent no response.'));
      },
    );
  });
}

/** Creates a producer for one topic. It connects at the first batch. */
export function createKafkaProducer(
  kafka: Omit<KafkaConnection, 'warn'>,
  topic: string,
  requestTimeoutMs: number,
): BatchProducer {
  return new KafkaProducer(new BrokerConnections({ ...kafka, requestTimeoutMs }), topic, requestTimeoutMs);
}

class KafkaProducer implements BatchProducer {
  private identity: Identity | undefined;
  /** The next sequence number of each partition. One that was used by a failed attempt is used again. */
  private readonly sequences = new Map<number, number>();
  /** The leaders, asked for at first and after each failure. */
  private leaders = new Map<number, Broker>();

  constructor(
    private readonly connections: BrokerConnections,
    private readonly topic: string,
    private readonly requestTimeoutMs: number,
  ) {}

  async attempt(partition: number, records: readonly LaneRecord[]): Promise<Attempt> {
    let connection: Connection | undefined;
    let sent = false;
    try {
      connection = await this.connections.to(await this.leaderOf(partition));
      this.identity ??= await newIdentity(connection);
      sent = true;
      return {
        kind: 'stored',
        baseOffset: await this.produce(connection, this.identity, partition, records),
      };
    } catch (error) {
      this.leaders.clear();
      // After any error but a broker's response, what the connection still holds is not known.
      if (connection !== undefined && !(error instanceof BrokerError)) this.connections.drop(connection);
      return failed(error, sent);
    }
  }

  close(): Promise<void> {
    this.connections.close();
    return Promise.resolve();
  }

  private async leaderOf(partition: number): Promise<Broker> {
    const known = this.leaders.get(partition);
    if (known !== undefined) return known;
    const connection = await this.connections.any();
    try {
      const { brokers, topics } = await responseOf(metadataV9.api.async(connection, [this.topic]));
      const topic = topics.find(({ name }) => name === this.topic);
      check(topic?.errorCode ?? 0);
      for (const { partitionIndex, leaderId } of topic?.partitions ?? []) {
        const leader = brokers.find(({ nodeId }) => nodeId === leaderId);
        if (leader !== undefined) this.leaders.set(partitionIndex, leader);
      }
    } catch (error) {
      if (!(error instanceof BrokerError)) this.connections.drop(connection);
      throw error;
    }
    const leader = this.leaders.get(partition);
    // The brokers hear of a new partition one after the other.
    if (leader === undefined) throw new Error(`Partition ${partition} has no leader now.`);
    return leader;
  }

  /** @returns the offset of the first record. */
  private async produce(
    connection: Connection,
    identity: Identity,
    partition: number,
    records: readonly LaneRecord[],
  ): Promise<bigint> {
    const sequence = this.sequences.get(partition) ?? 0;
    const batch = encodeRecordBatch(records, { ...identity, sequence }, Date.now());
    const request = produceRequest(this.topic, partition, batch, this.requestTimeoutMs);
    const { responses } = await responseOf(produce(connection, request));
    const result = responses[0]?.partitionResponses[0];
    if (result === undefined) throw new Error('Kafka sent no result for the batch.');
    check(result.errorCode, result.errorMessage);
    this.sequences.set(partition, sequence + records.length);
    return result.baseOffset;
  }
}

/** Classifies an error. `sent`: the batch may have been stored. */
function failed(thrown: unknown, sent: boolean): Attempt {
  const error = causeOf(thrown);
  const type = thrown instanceof BrokerError ? thrown.type : '';
  if (PRODUCER_ERRORS.has(type)) return { kind: 'producer-broken', error, sent };
  const ofRecord = RECORD_ERRORS.get(type);
  if (ofRecord !== undefined) return { kind: 'refused-record', error, status: ofRecord };
  const ofBatch = BATCH_ERRORS.get(type);
  if (ofBatch !== undefined) return { kind: 'refused', error, status: ofBatch };
  return { kind: 'retry', error, sent, topicMissing: MISSING_TOPIC_ERRORS.has(type) };
}

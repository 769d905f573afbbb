/**
 * The configuration of the S3 sink connector for Kafka Connect's REST interface or MSK Connect.
 *
 * Every plugin writes the same layout, `topics/<topic>/partition=<p>/<topic>+<p>+<start offset, 20 digits>.json` with
 * one JSON document a line, so readers do not depend on the plugin.
 */
import { deadLetterTopicName, FEED_NAMES, topicName } from '../../services/contract';
import type { AivenSinkPlugin, ClientSettings, SinkSettings } from '../stages';

/** The name of a stage's connector, for example `pinterest-dev-s3-sink`; on MSK Connect a suffix follows. */
export function sinkConnectorName(userId: string, stage: string): string {
  return `${userId}-${stage}-s3-sink`;
}

/** The consumer group of a connector, as Kafka Connect chooses it. */
export function sinkConsumerGroup(connectorName: string): string {
  return `connect-${connectorName}`;
}

/** Input of the configuration. */
export interface ConnectorConfigProps {
  /** The prefix of the topics. */
  readonly userId: string;
  /** The destination bucket. */
  readonly bucketName: string;
  /** The bucket's region. */
  readonly region: string;
  /**
   * The base URL of an S3 emulator.
   *
   * @default none: Amazon S3.
   */
  readonly s3Endpoint?: string;
  /**
   * The consumer group.
   *
   * @default `connect-<connector's name>`, Kafka Connect's own choice
   */
  readonly consumerGroup?: string;
  /**
   * Where Kafka's clients are configured: in the connector, by `consumer.override.*` and `producer.override.*`, or in
   * its worker, by {@link workerClientSettings}. A worker cannot set a connector's consumer group.
   *
   * @default 'connector'
   */
  readonly clientSettings?: ClientSettings;
  /** Replication factor of the dead-letter topic, in case Connect creates it. */
  readonly replicationFactor: number;
  readonly sink: SinkSettings;
}

/** A connector's configuration without its name. */
export type ConnectorConfig = Readonly<Record<string, string>>;

/**
 * Maximum size of a dead-letter record, for the producer and the topic. A record just under the default limit of 1 MiB
 * exceeds it once it has the error headers.
 */
export const DEAD_LETTER_MAX_BYTES = 2 * 1024 * 1024;

/** Settings of the sink's Kafka clients. */
const CLIENT_SETTINGS: Readonly<Record<'consumer' | 'producer', Readonly<Record<string, string>>>> = {
  producer: { 'max.request.size': String(DEAD_LETTER_MAX_BYTES) },
  consumer: {
    'auto.offset.reset': 'earliest',
    // A killed task's partitions are reassigned after 6 s (default: 45 s).
    'session.timeout.ms': '6000',
    'heartbeat.interval.ms': '2000',
    // Records of a poll are written one batch at a time; a retried upload stays well within the interval.
    'max.poll.records': '2000',
    'max.poll.interval.ms': '300000',
  },
};

function clientSettings(infix: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(CLIENT_SETTINGS).flatMap(([client, settings]) =>
      Object.entries(settings).map(([name, value]) => [`${client}.${infix}${name}`, value]),
    ),
  );
}

/**
 * The same for a worker's configuration. MSK Connect supports all of them:
 * https://docs.aws.amazon.com/msk/latest/developerguide/msk-connect-supported-worker-config-properties.html
 */
export function workerClientSettings(): Record<string, string> {
  return clientSettings('');
}

/** The folder of the raw files in the bucket. */
export const TOPICS_DIRECTORY = 'topics';
const BYTES = 'org.apache.kafka.connect.converters.ByteArrayConverter';

/**
 * The configuration of the S3 sink connector.
 *
 * Unless the worker configures the clients, it must allow `consumer.override.*` and `producer.override.*`
 * (`connector.client.config.override.policy=All`, the default since Kafka 3).
 *
 * @throws Error when a number is not a positive integer, Aiven's keys are not references, or a consumer group is given
 * and the worker configures the clients.
 */
export function connectorConfig(props: ConnectorConfigProps): ConnectorConfig {
  checkNumbers(props);
  if (props.clientSettings === 'worker' && props.consumerGroup !== undefined) {
    throw new Error(
      `The sink's consumer group is "${props.consumerGroup}", but its worker configures the clients, and only a connector can set its group: leave one of the two out.`,
    );
  }
  return { ...commonConfig(props), ...pluginConfig(props) };
}

function commonConfig({
  userId,
  consumerGroup,
  clientSettings: who = 'connector',
  replicationFactor,
  sink,
}: ConnectorConfigProps): Record<string, string> {
  return {
    // An exact list: a pattern would match the dead-letter topic too.
    topics: FEED_NAMES.map((feed) => topicName(userId, feed)).join(','),
    'tasks.max': String(sink.tasksMax),
    'key.converter': BYTES,
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': deadLetterTopicName(userId),
    'errors.deadletterqueue.topic.replication.factor': String(replicationFactor),
    'errors.deadletterqueue.context.headers.enable': 'true',
    'errors.log.enable': 'true',
    // Do not log contents, which are personal data; the dead-letter topic has them.
    'errors.log.include.messages': 'false',
    ...(consumerGroup === undefined ? {} : { 'consumer.override.group.id': consumerGroup }),
    ...(who === 'connector' ? clientSettings('override.') : {}),
  };
}

function pluginConfig(props: ConnectorConfigProps): Record<string, string> {
  const { plugin } = props.sink;
  switch (plugin.kind) {
    case 'own':
      return ownConfig(props);
    case 'aiven':
      return aivenConfig(props, plugin);
    case 'confluent':
      return confluentConfig(props);
  }
}

/** This repository's plugin: values are stored byte for byte. */
function ownConfig({ bucketName, region, s3Endpoint, sink }: ConnectorConfigProps): Record<string, string> {
  return {
    'connector.class': 'io.github.pinterestpipeline.s3sink.S3SinkConnector',
    'value.converter': BYTES,
    's3.bucket.name': bucketName,
    's3.region': region,
    ...(s3Endpoint === undefined ? {} : { 's3.endpoint': s3Endpoint }),
    'topics.dir': TOPICS_DIRECTORY,
    'flush.records': String(sink.flushRecords),
    'flush.bytes': String(sink.flushBytes),
    'flush.interval.ms': String(sink.flushIntervalMs),
  };
}

/**
 * Aiven's plugin: documents are parsed and re-serialised, so line breaks vanish and key order may change. It has no
 * flush settings; the worker's `offset.flush.interval.ms` decides.
 */
function aivenConfig(
  { bucketName, region, s3Endpoint }: ConnectorConfigProps,
  { credentials }: AivenSinkPlugin,
): Record<string, string> {
  for (const reference of Object.values(credentials ?? {})) {
    if (!/^\$\{[^${}]+\}$/.test(reference)) {
      throw new Error(
        'The credentials of the Aiven sink must be references to a configuration provider, for example "${env:AWS_ACCESS_KEY_ID}": the value is written into the template in clear text (it is not repeated here).',
      );
    }
  }
  return {
    'connector.class': 'io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector',
    ...JSON_VALUES,
    'aws.s3.bucket.name': bucketName,
    'aws.s3.region': region,
    ...(s3Endpoint === undefined ? {} : { 'aws.s3.endpoint': s3Endpoint }),
    ...(credentials === undefined
      ? {}
      : {
          'aws.access.key.id': credentials.accessKeyId,
          'aws.secret.access.key': credentials.secretAccessKey,
        }),
    'file.name.template': `${TOPICS_DIRECTORY}/{{topic}}/partition={{partition}}/{{topic}}+{{partition}}+{{start_offset:padding=true}}.json`,
    'file.compression.type': 'none',
    'format.output.type': 'jsonl',
    'format.output.fields': 'value',
    'format.output.envelope': 'false',
  };
}

/**
 * Confluent's plugin: documents are parsed and re-serialised, because its byte format keeps line breaks inside a
 * document. It rotates files by record count and wall clock.
 */
function confluentConfig({
  bucketName,
  region,
  s3Endpoint,
  sink,
}: ConnectorConfigProps): Record<string, string> {
  return {
    'connector.class': 'io.confluent.connect.s3.S3SinkConnector',
    ...JSON_VALUES,
    'storage.class': 'io.confluent.connect.s3.storage.S3Storage',
    'format.class': 'io.confluent.connect.s3.format.json.JsonFormat',
    'partitioner.class': 'io.confluent.connect.storage.partitioner.DefaultPartitioner',
    'schema.compatibility': 'NONE',
    's3.bucket.name': bucketName,
    's3.region': region,
    ...(s3Endpoint === undefined ? {} : { 'store.url': s3Endpoint }),
    'topics.dir': TOPICS_DIRECTORY,
    'filename.offset.zero.pad.width': '20',
    'flush.size': String(sink.flushRecords),
    'rotate.schedule.interval.ms': String(sink.flushIntervalMs),
    timezone: 'UTC',
    // Otherwise a tombstone (a record without a value) fails its task.
    'behavior.on.null.values': 'ignore',
  };
}

/** Values as JSON without Connect's schema envelope. Records that do not parse go to the dead-letter topic. */
const JSON_VALUES = {
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
} as const;

function checkNumbers({ replicationFactor, sink }: ConnectorConfigProps): void {
  const numbers = {
    replicationFactor,
    tasksMax: sink.tasksMax,
    flushRecords: sink.flushRecords,
    flushBytes: sink.flushBytes,
    flushIntervalMs: sink.flushIntervalMs,
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new Error(`The sink's ${name} is ${value}: expected a whole number of at least 1.`);
    }
  }
}

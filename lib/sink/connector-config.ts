/**
 * The configuration of the S3 sink connector for Kafka Connect's REST interface or MSK Connect.
 *
 * The layout is `topics/<topic>/partition=<p>/<topic>+<p>+<start offset, 20 digits>.json` with one JSON document a line; a plugin
 * that is not this repository's must be configured to the same, as what reads the files does not know which one it was.
 */
import { deadLetterTopicName, FEED_NAMES, topicName } from '../../services/contract';
import type { ClientSettings, SinkSettings } from '../stages';

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
 * @throws Error when a number is not a positive whole number, another plugin's configuration sets what the pipeline sets, or a
 * consumer group is given and the worker sets up the clients.
 */
export function connectorConfig(props: ConnectorConfigProps): ConnectorConfig {
  checkNumbers(props);
  if (props.clientSettings === 'worker' && props.consumerGroup !== undefined) {
    throw new Error(
      `The sink's consumer group is "${props.consumerGroup}", but its worker configures the clients, and only a connector can set its group: leave one of the two out.`,
    );
  }
  const common = commonConfig(props);
  const { pluginConfig } = props.sink;
  if (pluginConfig === undefined) return { ...common, 'key.converter': BYTES, ...ownConfig(props) };
  return { ...common, ...otherConfig(props, pluginConfig, Object.keys(common)) };
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

/** This repository's plugin: bytes as they are. */
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

/** Another plugin's own properties, without those that ask for an S3 endpoint where there is none but Amazon's. */
function otherConfig(
  { bucketName, region, s3Endpoint }: ConnectorConfigProps,
  given: Readonly<Record<string, string>>,
  reserved: readonly string[],
): Record<string, string> {
  const taken = Object.keys(given).filter((name) => name === 'name' || reserved.includes(name));
  if (taken.length > 0) {
    throw new Error(
      `The sink plugin's configuration has ${taken.join(', ')}, which the pipeline sets: leave it out.`,
    );
  }
  const values: Readonly<Record<string, string | undefined>> = { bucket: bucketName, region, s3Endpoint };
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => s3Endpoint !== undefined || !value.includes('${s3Endpoint}'))
      .map(([name, value]) => [
        name,
        // A name with a colon is a configuration provider's, which the worker reads.
        value.replaceAll(/\$\{(\w+)\}/g, (placeholder, key: string) => {
          const found = values[key];
          if (found !== undefined) return found;
          throw new Error(
            `The sink plugin's property ${name} has ${placeholder}: expected one of ${Object.keys(values)
              .map((known) => `\${${known}}`)
              .join(', ')}.`,
          );
        }),
      ]),
  );
}

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

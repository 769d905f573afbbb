import {
  connectorConfig,
  workerClientSettings,
  type ConnectorConfigProps,
} from '../../../../lib/sink/connector-config';
import type { SinkPlugin } from '../../../../lib/stages';

function config(
  plugin: SinkPlugin,
  overrides: Partial<ConnectorConfigProps> = {},
): Readonly<Record<string, string>> {
  return connectorConfig({
    userId: 'me',
    bucketName: 'raw-bucket',
    region: 'eu-west-1',
    s3Endpoint: 'http://127.0.0.1:14566',
    replicationFactor: 2,
    sink: { plugin, tasksMax: 3, flushRecords: 5_000, flushBytes: 1_048_576, flushIntervalMs: 3_000 },
    ...overrides,
  });
}

const KINDS: readonly SinkPlugin[] = [{ kind: 'own' }, { kind: 'aiven' }, { kind: 'confluent' }];

describe.each(KINDS)('with every plugin ($kind)', (plugin) => {
  const made = config(plugin);

  test('exactly the three topics are read, from their beginning', () => {
    expect(made).toMatchObject({
      topics: 'me.pin,me.geo,me.user',
      'consumer.override.auto.offset.reset': 'earliest',
      'tasks.max': '3',
    });
    expect(made).not.toHaveProperty('topics.regex');
  });

  test('a rejected record goes to the dead-letter topic with its reason, and into no log', () => {
    expect(made).toMatchObject({
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': 'me.dead-letters',
      'errors.deadletterqueue.topic.replication.factor': '2',
      'errors.deadletterqueue.context.headers.enable': 'true',
      // As the topic takes (topics.test.ts).
      'producer.override.max.request.size': '2097152',
      'errors.log.enable': 'true',
      'errors.log.include.messages': 'false',
    });
  });

  test('a killed task is replaced after six seconds', () => {
    expect(made).toMatchObject({
      'consumer.override.session.timeout.ms': '6000',
      'consumer.override.heartbeat.interval.ms': '2000',
    });
  });

  test('every value is text', () => {
    expect(Object.values(made).filter((value) => typeof value !== 'string')).toEqual([]);
  });
});

test('the own plugin passes bytes and cuts files by count, size and age', () => {
  expect(config({ kind: 'own' })).toMatchObject({
    'connector.class': 'io.github.pinterestpipeline.s3sink.S3SinkConnector',
    'key.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    's3.bucket.name': 'raw-bucket',
    's3.region': 'eu-west-1',
    's3.endpoint': 'http://127.0.0.1:14566',
    'topics.dir': 'topics',
    'flush.records': '5000',
    'flush.bytes': '1048576',
    'flush.interval.ms': '3000',
  });
});

test("Aiven's plugin writes JSON lines under the same names", () => {
  expect(config({ kind: 'aiven' })).toMatchObject({
    'connector.class': 'io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
    'aws.s3.bucket.name': 'raw-bucket',
    'aws.s3.region': 'eu-west-1',
    'aws.s3.endpoint': 'http://127.0.0.1:14566',
    'file.name.template':
      'topics/{{topic}}/partition={{partition}}/{{topic}}+{{partition}}+{{start_offset:padding=true}}.json',
    'file.compression.type': 'none',
    'format.output.type': 'jsonl',
    'format.output.fields': 'value',
    'format.output.envelope': 'false',
  });
});

test("Confluent's plugin writes JSON lines under the same names", () => {
  expect(config({ kind: 'confluent' })).toMatchObject({
    'connector.class': 'io.confluent.connect.s3.S3SinkConnector',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
    'storage.class': 'io.confluent.connect.s3.storage.S3Storage',
    'format.class': 'io.confluent.connect.s3.format.json.JsonFormat',
    'partitioner.class': 'io.confluent.connect.storage.partitioner.DefaultPartitioner',
    's3.bucket.name': 'raw-bucket',
    's3.region': 'eu-west-1',
    'store.url': 'http://127.0.0.1:14566',
    'topics.dir': 'topics',
    'filename.offset.zero.pad.width': '20',
    'flush.size': '5000',
    'rotate.schedule.interval.ms': '3000',
    timezone: 'UTC',
    'behavior.on.null.values': 'ignore',
  });
});

test.each(KINDS)("without an endpoint, $kind goes to Amazon's S3", (plugin) => {
  const made = config(plugin, { s3Endpoint: undefined });
  expect(Object.keys(made).filter((name) => /endpoint|store\.url/.test(name))).toEqual([]);
});

test("Aiven's plugin gets keys by reference only, and never repeats one that is not", () => {
  const credentials = { accessKeyId: '${env:ID}', secretAccessKey: '${env:KEY}' };
  expect(config({ kind: 'aiven', credentials })).toMatchObject({
    'aws.access.key.id': '${env:ID}',
    'aws.secret.access.key': '${env:KEY}',
  });
  const clear = { accessKeyId: '${env:ID}', secretAccessKey: 'wJalrXUtnFEMI' };
  expect(() => config({ kind: 'aiven', credentials: clear })).toThrow(/must be references/);
  expect(() => config({ kind: 'aiven', credentials: clear })).not.toThrow(/wJalrXUtnFEMI/);
});

test.each(['tasksMax', 'flushRecords', 'flushBytes', 'flushIntervalMs'] as const)(
  'refuses a %s that is no positive whole number',
  (name) => {
    const sink = {
      plugin: { kind: 'own' } as const,
      tasksMax: 1,
      flushRecords: 1,
      flushBytes: 1,
      flushIntervalMs: 1,
    };
    for (const value of [0, -1, 1.5, Number.NaN]) {
      expect(() => config({ kind: 'own' }, { sink: { ...sink, [name]: value } })).toThrow(
        `The sink's ${name} is ${value}: expected a whole number of at least 1.`,
      );
    }
  },
);

test('the worker may configure the clients as the connector would, but for the group', () => {
  const byConnector = config({ kind: 'own' });
  const byWorker = config({ kind: 'own' }, { clientSettings: 'worker' });
  const overridden = Object.entries(byConnector).filter(([name]) => name.includes('.override.'));
  expect(overridden).toHaveLength(6);
  expect(workerClientSettings()).toEqual(
    Object.fromEntries(overridden.map(([name, value]) => [name.replace('.override.', '.'), value])),
  );
  expect({ ...byWorker, ...Object.fromEntries(overridden) }).toEqual(byConnector);
  expect(Object.keys(byWorker).filter((name) => /^(consumer|producer)\./.test(name))).toEqual([]);
  expect(() => config({ kind: 'own' }, { clientSettings: 'worker', consumerGroup: 'mine' })).toThrow(
    `The sink's consumer group is "mine", but its worker configures the clients`,
  );
});

test('refuses a user id that cannot be used', () => {
  expect(() => config({ kind: 'own' }, { userId: 'a_b' })).toThrow('The user id "a_b" cannot be used');
});

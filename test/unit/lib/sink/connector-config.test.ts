import {
  connectorConfig,
  workerClientSettings,
  type ConnectorConfigProps,
} from '../../../../lib/sink/connector-config';
import type { SinkSettings } from '../../../../lib/stages';

function config(
  pluginConfig?: SinkSettings['pluginConfig'],
  overrides: Partial<ConnectorConfigProps> = {},
): Readonly<Record<string, string>> {
  return connectorConfig({
    userId: 'me',
    bucketName: 'raw-bucket',
    region: 'eu-west-1',
    s3Endpoint: 'http://127.0.0.1:14566',
    replicationFactor: 2,
    sink: { pluginConfig, tasksMax: 3, flushRecords: 5_000, flushBytes: 1_048_576, flushIntervalMs: 3_000 },
    ...overrides,
  });
}

const OTHER = {
  'connector.class': 'com.example.S3Sink',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'bucket.name': '${bucket}',
  'bucket.url': 's3://${bucket}.${region}',
  'store.url': '${s3Endpoint}',
  'file.name': '{{topic}}/{{partition}}',
  'access.key': '${env:AWS_ACCESS_KEY_ID}',
};

describe.each([
  ["this repository's plugin", undefined],
  ['another', OTHER],
])('with %s', (_, plugin) => {
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
  expect(config()).toMatchObject({
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

test('another plugin has its own properties, with bucket, region and endpoint put in', () => {
  expect(config(OTHER)).toMatchObject({
    ...OTHER,
    'bucket.name': 'raw-bucket',
    'bucket.url': 's3://raw-bucket.eu-west-1',
    'store.url': 'http://127.0.0.1:14566',
  });
  expect(Object.keys(config(OTHER)).filter((name) => /^(s3|flush)\.|^key\./.test(name))).toEqual([]);
  expect(() => config({ ...OTHER, 'store.url': '${endpoint}' })).toThrow(
    "The sink plugin's property store.url has ${endpoint}: expected one of ${bucket}, ${region}, ${s3Endpoint}.",
  );
});

test.each(['topics', 'errors.tolerance', 'name'])('another plugin cannot set %s', (name) => {
  expect(() => config({ ...OTHER, [name]: 'mine' })).toThrow(`has ${name}, which the pipeline sets`);
});

test.each([undefined, OTHER])("without an endpoint, the sink goes to Amazon's S3", (plugin) => {
  const made = config(plugin, { s3Endpoint: undefined });
  expect(Object.keys(made).filter((name) => /endpoint|store\.url/.test(name))).toEqual([]);
});

test.each(['tasksMax', 'flushRecords', 'flushBytes', 'flushIntervalMs'] as const)(
  'refuses a %s that is no positive whole number',
  (name) => {
    const sink = { tasksMax: 1, flushRecords: 1, flushBytes: 1, flushIntervalMs: 1 };
    for (const value of [0, -1, 1.5, Number.NaN]) {
      expect(() => config(undefined, { sink: { ...sink, [name]: value } })).toThrow(
        `The sink's ${name} is ${value}: expected a whole number of at least 1.`,
      );
    }
  },
);

test('the worker may set up the clients as the connector would, but for the group', () => {
  const byConnector = config();
  const byWorker = config(undefined, { clientSettings: 'worker' });
  const overridden = Object.entries(byConnector).filter(([name]) => name.includes('.override.'));
  expect(overridden).toHaveLength(6);
  expect(workerClientSettings()).toEqual(
    Object.fromEntries(overridden.map(([name, value]) => [name.replace('.override.', '.'), value])),
  );
  expect({ ...byWorker, ...Object.fromEntries(overridden) }).toEqual(byConnector);
  expect(Object.keys(byWorker).filter((name) => /^(consumer|producer)\./.test(name))).toEqual([]);
  expect(() => config(undefined, { clientSettings: 'worker', consumerGroup: 'mine' })).toThrow(
    `The sink's consumer group is "mine", but its worker configures the clients`,
  );
});

test('refuses a user id that cannot be used', () => {
  expect(() => config(undefined, { userId: 'a_b' })).toThrow('The user id "a_b" cannot be used');
});

import { RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConfig } from '../../../../lib/sink/connector-config';
import { ExternalKafka } from '../../../../lib/kafka/external-kafka';
import { MskConnectSink } from '../../../../lib/sink/msk-connect-sink';
import { SinkBucket } from '../../../../lib/sink/sink-bucket';
import type { KafkaAuth, MskConnect } from '../../../../lib/stages';
import { existingNetwork } from '../network';
import { deployment, emptyStack, resourcesOf, statementsOf, type TemplateResource } from '../synth';

const ZIP = join(__dirname, '../fixtures/plugin.zip');
const BASE = 'arn:aws:kafka:eu-west-1:123456789012';
const IAM: KafkaAuth = { kind: 'iam', clusterArn: `${BASE}:cluster/mine/0a1b-2` };
const CONFIG = {
  userId: 'me',
  bucketName: 'raw-bucket',
  region: 'eu-west-1',
  replicationFactor: 2,
  sink: deployment().stage.sink,
};

function sink(
  overrides: { settings?: Partial<MskConnect>; auth?: KafkaAuth; flushRecords?: number } = {},
): Template {
  const stack = emptyStack();
  const network = existingNetwork(stack);
  const { flushRecords = CONFIG.sink.flushRecords } = overrides;
  new MskConnectSink(stack, 'Sink', {
    connectorName: 'me-test-s3-sink',
    settings: {
      kind: 'msk-connect',
      version: '3.7.x',
      pluginZip: ZIP,
      workers: 2,
      unitsPerWorker: 1,
      clientSettings: 'connector',
      ...overrides.settings,
    },
    kafka: new ExternalKafka(stack, 'Kafka', {
      settings: { kind: 'external', bootstrapServers: 'b-1:9098,b-2:9098', auth: overrides.auth ?? IAM },
      network,
    }),
    network,
    sink: new SinkBucket(stack, 'Raw', {
      removalPolicy: RemovalPolicy.DESTROY,
      encryptionKey: new Key(stack, 'Key'),
    }),
    config: { ...CONFIG, sink: { ...CONFIG.sink, flushRecords } },
    logRetention: RetentionDays.ONE_WEEK,
  });
  return Template.fromStack(stack);
}

/** The one resource of a type, by id and properties. */
function only(template: Template, type: string): { id: string; properties: Record<string, unknown> } {
  const [[id, { Properties }], ...more] = resourcesOf(template, type) as [
    [string, TemplateResource],
    ...[string, TemplateResource][],
  ];
  expect(more).toEqual([]);
  return { id, properties: { ...Properties } };
}
const connector = (template: Template): Record<string, unknown> =>
  only(template, 'AWS::KafkaConnect::Connector').properties;

const template = sink();
const { properties } = only(template, 'AWS::KafkaConnect::Connector');

test('the connector has the one configuration, and a consumer group that outlives its name', () => {
  expect(properties.ConnectorConfiguration).toEqual({
    ...connectorConfig(CONFIG),
    'consumer.override.group.id': 'connect-me-test-s3-sink',
  });
});

test('where the worker configures the clients, the connector overrides nothing', () => {
  const other = sink({ settings: { clientSettings: 'worker' } });
  const { ConnectorConfiguration, ConnectorName } = connector(other) as {
    ConnectorConfiguration: Record<string, string>;
    ConnectorName: string;
  };
  expect(Object.keys(ConnectorConfiguration).filter((name) => name.includes('override'))).toEqual([]);
  const worker = only(other, 'AWS::KafkaConnect::WorkerConfiguration').properties;
  expect(worker.PropertiesFileContent).toEqual({
    'Fn::Base64': expect.stringMatching(
      /\nproducer\.max\.request\.size=2097152\nconsumer\.auto\.offset\.reset=earliest\n/,
    ) as string,
  });
  // Another worker configuration is another connector, whose role may be in the group of its name.
  expect(ConnectorName).not.toBe(properties.ConnectorName);
  expect(JSON.stringify(statementsOf(other, 'SinkRole'))).toContain('/connect-me-test-s3-sink*');
});

test('it has no credentials for a cluster without authentication', () => {
  const open = sink({ auth: { kind: 'none' } });
  expect(connector(open)).toMatchObject({
    KafkaClusterClientAuthentication: { AuthenticationType: 'NONE' },
    KafkaClusterEncryptionInTransit: { EncryptionType: 'PLAINTEXT' },
  });
  expect(JSON.stringify(statementsOf(open, 'SinkRole'))).not.toContain('kafka-cluster');
});

test('the plugin is the zip that it is given, byte for byte, under a name that changes with it', () => {
  const plugin = only(template, 'AWS::KafkaConnect::CustomPlugin');
  const { S3Location } = plugin.properties.Location as { S3Location: { FileKey: string } };
  const hash = S3Location.FileKey.replace('.zip', '');
  expect(plugin.properties).toMatchObject({
    ContentType: 'ZIP',
    Name: `me-test-s3-sink-${hash.slice(0, 12)}`,
  });
  expect(properties.Plugins).toEqual([
    {
      CustomPlugin: {
        CustomPluginArn: { 'Fn::GetAtt': [plugin.id, 'CustomPluginArn'] },
        Revision: { 'Fn::GetAtt': [plugin.id, 'Revision'] },
      },
    },
  ]);
});

describe('what CloudFormation replaces gets a new name, and what it updates keeps it', () => {
  const name = (of: Template): unknown => connector(of).ConnectorName;
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plugin-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('the name begins with that of the sink', () => {
    expect(name(template)).toMatch(/^me-test-s3-sink-[0-9a-f]{8}$/);
  });

  test('another configuration or capacity keeps it', () => {
    expect(name(sink({ flushRecords: 7 }))).toBe(name(template));
    expect(name(sink({ settings: { workers: 4, unitsPerWorker: 2 } }))).toBe(name(template));
  });

  test('the same plugin at another place keeps it', () => {
    const copy = join(folder, 'same.zip');
    copyFileSync(ZIP, copy);
    expect(name(sink({ settings: { pluginZip: copy } }))).toBe(name(template));
  });

  test('another plugin, version or authentication changes it', () => {
    const other = join(folder, 'other.zip');
    writeFileSync(other, Buffer.concat([readFileSync(ZIP), Buffer.from('x')]));
    const names = [
      template,
      sink({ settings: { pluginZip: other } }),
      sink({ settings: { version: '2.7.1' } }),
      sink({ auth: { kind: 'none' } }),
    ].map(name);
    expect(new Set(names).size).toBe(4);
  });
});

describe('the role', () => {
  const statements = statementsOf(template, 'SinkRole');
  const resources = (action: string): unknown[] =>
    statements.filter(({ Action }) => [Action].flat().includes(action)).flatMap(({ Resource }) => Resource);
  const topic = (name: string): string => `${BASE}:topic/mine/0a1b-2/${name}`;
  const group = (name: string): string => `${BASE}:group/mine/0a1b-2/${name}`;

  test('reads the feeds, writes the dead-letter topic', () => {
    const internal = topic('__amazon_msk_connect_*');
    expect(resources('kafka-cluster:ReadData').sort()).toEqual([
      internal,
      ...['me.geo', 'me.pin', 'me.user'].map(topic),
    ]);
    expect(resources('kafka-cluster:WriteData').sort()).toEqual([internal, topic('me.dead-letters')]);
    expect(resources('kafka-cluster:CreateTopic')).toEqual([internal]);
    expect(resources('kafka-cluster:AlterGroup').sort()).toEqual([
      group('__amazon_msk_connect_*'),
      group('connect-me-test-s3-sink*'),
    ]);
  });

  test('writes raw files, encrypted by the key of the app, and deletes nothing', () => {
    const objects = JSON.stringify(resources('s3:PutObject'));
    expect(objects).toMatch(/"RawBucket\w+","Arn"\]\},"\/topics\/\*"/);
    expect(JSON.stringify(resources('kms:GenerateDataKey'))).toMatch(/"Key\w+","Arn"/);
    expect(statements.flatMap(({ Action }) => Action).filter((action) => /Delete/.test(action))).toEqual([]);
  });
});

import { Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addPipeline, type Pipeline } from '../../../lib/pipeline';
import type { Stage } from '../../../lib/stages';
import { app, deployment, pipeline, resources, resourcesOf, statementsOf } from './synth';

const { stacks, templates } = pipeline();
const parts = Object.keys(templates) as (keyof Pipeline)[];

/** The outputs' keys of a stack, without those that CloudFormation needs for references between stacks. */
const outputKeys = (part: keyof Pipeline): string[] =>
  Object.keys(templates[part].findOutputs('*')).filter((key) => !key.startsWith('ExportsOutput'));

test('stacks are named by user, stage and part', () => {
  expect(Object.values(stacks).map((stack: Stack) => stack.stackName)).toEqual([
    'pinterest-local-source',
    'pinterest-local-storage',
    'pinterest-local-kafka',
    'pinterest-local-stream',
    'pinterest-local-api',
    'pinterest-local-emulator',
  ]);
});

test('the outputs have the keys that the command line reads', () => {
  expect(Object.fromEntries(parts.map((part) => [part, outputKeys(part)]))).toEqual({
    source: ['SourceSecretArn'],
    storage: ['SinkBucketName'],
    kafka: ['SinkConnectorName', 'DeadLettersFunctionName'],
    stream: ['StreamFailuresBucketName', 'CareFunctionName', 'RedriveFunctionName', 'ReplayFunctionName'],
    api: ['ApiUrl'],
    emulator: ['EmulatorFunctionName'],
  });
});

test('the outputs name what they say', () => {
  const value = (part: keyof Pipeline, key: string): string =>
    JSON.stringify((templates[part].findOutputs(key)[key] as { Value: unknown }).Value);
  expect(value('source', 'SourceSecretArn')).toMatch(/Fn::GetAtt.*SourceSecret.*Id/);
  expect(value('storage', 'SinkBucketName')).toMatch(/^\{"Ref":"SinkBucket/);
  expect(value('kafka', 'SinkConnectorName')).toBe('"pinterest-local-s3-sink"');
  expect(value('kafka', 'DeadLettersFunctionName')).toMatch(/^\{"Ref":"DeadLettersFunction/);
  expect(value('stream', 'StreamFailuresBucketName')).toMatch(/^\{"Ref":"TablesFailures/);
  expect(value('stream', 'CareFunctionName')).toMatch(/^\{"Ref":"TablesCare/);
  expect(value('stream', 'RedriveFunctionName')).toMatch(/^\{"Ref":"TablesRedrive/);
  expect(value('api', 'ApiUrl')).toContain('"http://127.0.0.1:14566/_aws/execute-api/"');
  expect(value('emulator', 'EmulatorFunctionName')).toMatch(/^\{"Ref":"EmulatorFunction/);
});

test('the logical ids of what holds data never change', () => {
  expect(resourcesOf(templates.source, 'AWS::SecretsManager::Secret').map(([id]) => id)).toEqual([
    'SourceSecret15116B74',
  ]);
  expect(resourcesOf(templates.storage, 'AWS::S3::Bucket').map(([id]) => id)).toEqual(['SinkBucketA4E8F266']);
  expect(resourcesOf(templates.kafka, 'Custom::KafkaTopics').map(([id]) => id)).toEqual(['Topics025BDD29']);
  expect(resourcesOf(templates.kafka, 'Custom::SinkConnector').map(([id]) => id)).toEqual([
    'SinkConnectorE7A3F24E',
  ]);
});

test('what holds data is in stacks without anything else', () => {
  const types = (part: keyof Pipeline): string[] =>
    Object.values(resources(templates[part])).map(({ Type }) => Type);
  expect(types('source')).toEqual(['AWS::SecretsManager::Secret']);
  expect(types('storage')).toEqual(['AWS::S3::Bucket', 'AWS::S3::BucketPolicy']);
});

test.each(['destroy', 'retain'] as const)(
  'what holds data goes or stays as the stage says (%s)',
  (choice) => {
    const { userId, stage } = deployment();
    const data = choice === 'destroy' ? 'destroy-if-empty' : 'keep';
    const made = pipeline({ userId, stage: { ...stage, statefulResources: choice, data } }).templates;
    const policies = [
      ...resourcesOf(made.source, 'AWS::SecretsManager::Secret'),
      ...resourcesOf(made.storage, 'AWS::S3::Bucket'),
      ...resourcesOf(made.stream, 'AWS::S3::Bucket'),
      ...resourcesOf(made.stream, 'AWS::Kinesis::Stream'),
    ].map(([, { DeletionPolicy }]) => DeletionPolicy);
    expect(policies).toEqual(Array(6).fill(choice === 'destroy' ? 'Delete' : 'Retain'));
  },
);

test('every log group has the retention of the stage, and is deleted with its stack', () => {
  const groups = parts.flatMap((part) => resourcesOf(templates[part], 'AWS::Logs::LogGroup'));
  expect(groups).toHaveLength(11);
  for (const [, group] of groups) {
    expect(group).toMatchObject({ Properties: { RetentionInDays: 7 }, DeletionPolicy: 'Delete' });
  }
});

test('every function writes to a log group of this app', () => {
  const functions = parts.flatMap((part) => resourcesOf(templates[part], 'AWS::Lambda::Function'));
  expect(functions).toHaveLength(10);
  for (const [, fn] of functions) {
    expect(fn.Properties?.LoggingConfig).toEqual({
      LogGroup: { Ref: expect.stringMatching(/Log/) as string },
    });
  }
});

test('the topics are there before the connector', () => {
  const connector = resources(templates.kafka).SinkConnectorE7A3F24E;
  expect(connector?.DependsOn).toContain('Topics025BDD29');
});

test('the connector writes to the sink bucket over the local S3', () => {
  const { Config } = resources(templates.kafka).SinkConnectorE7A3F24E?.Properties as {
    Config: Record<string, unknown>;
  };
  expect(Config['s3.endpoint']).toBe('http://127.0.0.1:14566');
  expect(JSON.stringify(Config['s3.bucket.name'])).toMatch(/Fn::ImportValue.*SinkBucket/);
});

test('everything that can be is tagged', () => {
  for (const part of parts) {
    const { Tags } = Object.values(resources(templates[part])).find(
      ({ Properties }) => Properties?.Tags !== undefined,
    )?.Properties as { Tags: { Key: string; Value: string }[] };
    expect(Tags).toEqual(
      expect.arrayContaining([
        { Key: 'project', Value: 'pinterest-data-pipeline' },
        { Key: 'stage', Value: 'local' },
        { Key: 'user-id', Value: 'pinterest' },
      ]),
    );
  }
});

test('nothing is decided at deployment: the only parameter is the bootstrap version', () => {
  for (const part of parts) {
    expect(Object.keys(templates[part].findParameters('*'))).toEqual(['BootstrapVersion']);
  }
});

test('no policy of the app allows every action of a service', () => {
  const allowed = parts.flatMap((part) =>
    statementsOf(templates[part], '').filter(({ Effect }) => Effect === 'Allow'),
  );
  const actions = allowed.flatMap(({ Action }) => Action);
  expect(actions.length).toBeGreaterThan(0);
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
});

test('the stacks are made for the region of the stage', () => {
  const { userId, stage } = deployment();
  const elsewhere: Stage = { ...stage, region: 'eu-west-1' };
  const made = addPipeline(app(), { userId, stage: elsewhere });
  const regions = Object.values(made).map((stack: Stack & StackProps) => stack.region);
  expect(new Set(regions)).toEqual(new Set(['eu-west-1']));
});

test('no template has a secret in clear', () => {
  const text = parts.map((part) => JSON.stringify(templates[part].toJSON())).join('\n');
  expect(text).not.toMatch(/"SecretString"|AKIA[0-9A-Z]{16}/);
});

test('a template is one of this project by its description', () => {
  for (const part of parts) {
    expect(
      (Template.fromStack(stacks[part] as Stack).toJSON() as { Description: string }).Description,
    ).toMatch(/^Pinterest data pipeline: /);
  }
});

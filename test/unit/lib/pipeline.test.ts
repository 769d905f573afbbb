import { Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addPipeline, type Pipeline } from '../../../lib/pipeline';
import type { Stage } from '../../../lib/stages';
import { app, deployment, pipeline, resourcesOf } from './synth';

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

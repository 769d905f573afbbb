import { RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ExternalKafka } from '../../../../lib/kafka/external-kafka';
import { SinkBucket } from '../../../../lib/sink/sink-bucket';
import { topicDefinitions, Topics } from '../../../../lib/kafka/topics';
import { emptyStack, statementsOf } from '../synth';

const WEEK = '604800000';

test('the three feeds have the stage’s partitions; the dead-letter topic has one and is kept', () => {
  expect(topicDefinitions('me', { partitions: 6, replicationFactor: 3 })).toEqual([
    ...['me.pin', 'me.geo', 'me.user'].map((Name) => ({
      Name,
      Partitions: 6,
      ReplicationFactor: 3,
      Config: { 'min.insync.replicas': '2', 'retention.ms': WEEK },
    })),
    {
      Name: 'me.dead-letters',
      Partitions: 1,
      ReplicationFactor: 3,
      Config: { 'min.insync.replicas': '2', 'retention.ms': '-1', 'max.message.bytes': '2097152' },
    },
  ]);
});

test('one broker is enough where there is one copy', () => {
  const [pin] = topicDefinitions('me', { partitions: 3, replicationFactor: 1 });
  expect(pin?.Config['min.insync.replicas']).toBe('1');
});

test('a serverless cluster gets no min.insync.replicas', () => {
  for (const { Config } of topicDefinitions('me', { partitions: 3, replicationFactor: 3 }, true)) {
    expect(Object.keys(Config).filter((name) => name !== 'max.message.bytes')).toEqual(['retention.ms']);
  }
});

describe('the custom resource', () => {
  const stack = emptyStack();
  const topics = { partitions: 3, replicationFactor: 1 };
  const sink = new SinkBucket(stack, 'Sink', { removalPolicy: RemovalPolicy.DESTROY });
  new Topics(stack, 'Topics', {
    sink,
    userId: 'me',
    kafka: new ExternalKafka(stack, 'Kafka', {
      settings: { kind: 'external', bootstrapServers: 'broker:9092', auth: { kind: 'none' } },
    }),
    topics,
    logRetention: RetentionDays.ONE_WEEK,
  });
  const template = Template.fromStack(stack);

  test('the handler reads the raw files and has no other rights on AWS', () => {
    const actions = statementsOf(template, 'TopicsHandler').map(({ Action, Condition }) => [
      Action,
      Condition,
    ]);
    expect(actions).toEqual([
      ['s3:GetObject', undefined],
      ['s3:ListBucket', { StringLike: { 's3:prefix': ['topics/*'] } }],
    ]);
  });
});

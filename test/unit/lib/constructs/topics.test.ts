import { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ExternalKafka } from '../../../../lib/constructs/external-kafka';
import { topicDefinitions, Topics } from '../../../../lib/constructs/topics';
import { emptyStack, resourcesOf, statementsOf, type TemplateResource } from '../synth';

const WEEK = '604800000';

test('the three feeds have the stage’s partitions; the dead letters have one and are kept', () => {
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
      Config: { 'min.insync.replicas': '2', 'retention.ms': '-1' },
    },
  ]);
});

test('one broker is enough where there is one copy', () => {
  const [pin] = topicDefinitions('me', { partitions: 3, replicationFactor: 1 });
  expect(pin?.Config['min.insync.replicas']).toBe('1');
});

test('a serverless cluster is not told how many copies must have a record', () => {
  for (const { Config } of topicDefinitions('me', { partitions: 3, replicationFactor: 3 }, true)) {
    expect(Object.keys(Config)).toEqual(['retention.ms']);
  }
});

describe('the custom resource', () => {
  const stack = emptyStack();
  const topics = { partitions: 3, replicationFactor: 1 };
  new Topics(stack, 'Topics', {
    userId: 'me',
    kafka: new ExternalKafka(stack, 'Kafka', {
      settings: { kind: 'external', bootstrapServers: 'broker:9092', auth: { kind: 'none' } },
    }),
    topics,
    logRetention: RetentionDays.ONE_WEEK,
  });
  const template = Template.fromStack(stack);

  test('hands brokers and topics to the handler', () => {
    template.hasResourceProperties('Custom::KafkaTopics', {
      ServiceToken: { 'Fn::GetAtt': [resourcesOf(template, 'AWS::Lambda::Function')[0]?.[0], 'Arn'] },
      BootstrapServers: 'broker:9092',
      Topics: topicDefinitions('me', topics),
    });
  });

  test('never waits longer than three minutes, nor less than the handler', () => {
    const [[, resource]] = resourcesOf(template, 'Custom::KafkaTopics') as [[string, TemplateResource]];
    expect(resource.Properties?.ServiceTimeout).toBe('180');
    template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 120 });
  });

  test('an answer that CloudFormation did not get is worked out again', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 2 });
  });

  test('the handler has no rights on AWS', () => {
    expect(statementsOf(template, 'TopicsHandler')).toEqual([]);
  });
});

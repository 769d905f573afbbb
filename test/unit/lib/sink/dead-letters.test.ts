import { RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DeadLetters } from '../../../../lib/sink/dead-letters';
import { ExternalKafka } from '../../../../lib/kafka/external-kafka';
import { SinkBucket } from '../../../../lib/sink/sink-bucket';
import { awsDeployment, emptyStack, pipeline, statementsOf } from '../synth';

const stack = emptyStack();
const sink = new SinkBucket(stack, 'Sink', { removalPolicy: RemovalPolicy.DESTROY });
new DeadLetters(stack, 'DeadLetters', {
  userId: 'me',
  sink,
  kafka: new ExternalKafka(stack, 'Kafka', {
    settings: { kind: 'external', bootstrapServers: 'broker:9092', auth: { kind: 'none' } },
  }),
  logRetention: RetentionDays.ONE_WEEK,
});
const template = Template.fromStack(stack);

test('it writes and reads only the objects of dead-letter records', () => {
  expect(
    statementsOf(template, 'DeadLettersFunction').map(({ Action, Condition }) => [Action, Condition]),
  ).toEqual([
    [['s3:GetObject', 's3:PutObject'], undefined],
    ['s3:ListBucket', { StringLike: { 's3:prefix': ['topics/me.dead-letters/*'] } }],
  ]);
});

test('on MSK it reads the dead-letter topic, as a member of groups of its own', () => {
  const { kafka } = pipeline(awsDeployment('dev')).templates;
  const rights = statementsOf(kafka, 'DeadLettersFunction')
    .filter(({ Action }) => [Action].flat().some((action) => action.startsWith('kafka-cluster:')))
    .map(({ Action, Resource }) => [
      Action,
      /(topic|group)\/.*\/([^/"]+)"/.exec(JSON.stringify(Resource))?.slice(1),
    ]);
  expect(rights).toEqual([
    ['kafka-cluster:Connect', undefined],
    [
      ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
      ['topic', 'pinterest.dead-letters'],
    ],
    [
      ['kafka-cluster:AlterGroup', 'kafka-cluster:DescribeGroup'],
      ['group', 'pinterest-dead-letters-*'],
    ],
  ]);
});

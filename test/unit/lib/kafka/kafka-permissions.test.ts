import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { KafkaPermissions } from '../../../../lib/kafka/kafka-permissions';
import { emptyStack, statementsOf, type Statement } from '../synth';

const BASE = 'arn:aws:kafka:eu-west-1:123456789012';
const CLUSTER = `${BASE}:cluster/mine/0a1b-2`;

/** What a role may do after a grant. */
function allowed(grant: (permissions: KafkaPermissions, role: Role) => void): Statement[] {
  const stack = emptyStack();
  const role = new Role(stack, 'Client', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  grant(new KafkaPermissions(CLUSTER), role);
  return statementsOf(Template.fromStack(stack), 'Client');
}

test('a producer writes its topics, also idempotently, and nothing else', () => {
  expect(
    allowed((kafka, role) => {
      kafka.grantProduce(role, ['me.pin', 'me.geo']);
    }),
  ).toEqual([
    {
      Effect: 'Allow',
      Action: ['kafka-cluster:Connect', 'kafka-cluster:WriteDataIdempotently'],
      Resource: CLUSTER,
    },
    {
      Effect: 'Allow',
      Action: ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
      Resource: [`${BASE}:topic/mine/0a1b-2/me.geo`, `${BASE}:topic/mine/0a1b-2/me.pin`],
    },
  ]);
});

test('a consumer reads its topics in its groups, and nothing else', () => {
  expect(
    allowed((kafka, role) => {
      kafka.grantConsume(role, ['me.pin'], ['readers-*']);
    }),
  ).toEqual([
    { Effect: 'Allow', Action: 'kafka-cluster:Connect', Resource: CLUSTER },
    {
      Effect: 'Allow',
      Action: ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
      Resource: `${BASE}:topic/mine/0a1b-2/me.pin`,
    },
    {
      Effect: 'Allow',
      Action: ['kafka-cluster:AlterGroup', 'kafka-cluster:DescribeGroup'],
      Resource: `${BASE}:group/mine/0a1b-2/readers-*`,
    },
  ]);
});

test('who describes sees topics with their configuration and the offsets of groups, and nothing else', () => {
  expect(
    allowed((kafka, role) => {
      kafka.grantDescribe(role, ['me.pin'], ['readers']);
    }),
  ).toEqual([
    { Effect: 'Allow', Action: 'kafka-cluster:Connect', Resource: CLUSTER },
    {
      Effect: 'Allow',
      Action: ['kafka-cluster:DescribeTopic', 'kafka-cluster:DescribeTopicDynamicConfiguration'],
      Resource: `${BASE}:topic/mine/0a1b-2/me.pin`,
    },
    {
      Effect: 'Allow',
      Action: 'kafka-cluster:DescribeGroup',
      Resource: `${BASE}:group/mine/0a1b-2/readers`,
    },
  ]);
});

test('who manages topics makes and configures them, and neither deletes nor reads them', () => {
  const statements = allowed((kafka, role) => {
    kafka.grantManage(role, ['me.pin']);
  });
  expect(statements.map(({ Action }) => Action)).toEqual([
    ['kafka-cluster:Connect', 'kafka-cluster:DescribeCluster'],
    [
      'kafka-cluster:AlterTopic',
      'kafka-cluster:AlterTopicDynamicConfiguration',
      'kafka-cluster:CreateTopic',
      'kafka-cluster:DescribeTopic',
      'kafka-cluster:DescribeTopicDynamicConfiguration',
    ],
  ]);
  expect(statements.map(({ Resource }) => Resource)).toEqual([CLUSTER, `${BASE}:topic/mine/0a1b-2/me.pin`]);
});

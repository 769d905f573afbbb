import { RemovalPolicy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { MskCluster } from '../../../../lib/kafka/msk-cluster';
import type { Msk, ProvisionedBrokers, TopicSettings } from '../../../../lib/stages';
import { existingNetwork, SUBNETS } from '../network';
import { emptyStack, resourcesOf, statementsOf, type TemplateResource } from '../synth';

const PROVISIONED: ProvisionedBrokers = {
  kind: 'provisioned',
  instanceType: 'kafka.m7g.large',
  storageGiB: 10,
  kafkaVersion: '3.9.x.kraft',
  monitoring: 'DEFAULT',
};

function cluster(
  capacity: Msk['capacity'] = PROVISIONED,
  topics: TopicSettings = { partitions: 3, replicationFactor: 2 },
  removalPolicy = RemovalPolicy.DESTROY,
): { made: MskCluster; template: Template } {
  const stack = emptyStack();
  const made = new MskCluster(stack, 'Kafka', {
    clusterName: 'me-test',
    settings: { kind: 'msk', capacity },
    topics,
    network: existingNetwork(stack),
    encryptionKey: new Key(stack, 'Key'),
    removalPolicy,
    logRetention: RetentionDays.ONE_WEEK,
  });
  return { made, template: Template.fromStack(stack) };
}
const { made, template } = cluster();
const has = (properties: object): void => {
  template.hasResourceProperties('AWS::MSK::Cluster', properties);
};

test('metrics are as fine as the stage says', () => {
  has({ EnhancedMonitoring: 'DEFAULT' });
  cluster({ ...PROVISIONED, monitoring: 'PER_BROKER' }).template.hasResourceProperties('AWS::MSK::Cluster', {
    EnhancedMonitoring: 'PER_BROKER',
  });
});

test.each([
  [2, 1],
  [3, 2],
])(
  'with %d copies a record is acknowledged once %d in sync have it, and no topic comes about by itself',
  (copies, inSync) => {
    const other = cluster(PROVISIONED, { partitions: 6, replicationFactor: copies }).template;
    const [[id, configuration]] = resourcesOf(other, 'AWS::MSK::Configuration') as [
      [string, TemplateResource],
    ];
    const text = configuration.Properties?.ServerProperties as string;
    expect(text.trim().split('\n')).toEqual([
      'auto.create.topics.enable=false',
      `default.replication.factor=${copies}`,
      `min.insync.replicas=${inSync}`,
      'num.partitions=6',
      'unclean.leader.election.enable=false',
    ]);
    other.hasResourceProperties('AWS::MSK::Cluster', {
      ConfigurationInfo: {
        Arn: { 'Fn::GetAtt': [id, 'Arn'] },
        Revision: { 'Fn::GetAtt': [id, 'LatestRevision.Revision'] },
      },
    });
  },
);

test.each([
  [RemovalPolicy.DESTROY, 'Delete'],
  [RemovalPolicy.RETAIN, 'Retain'],
] as const)('the cluster goes or stays as the stage says (%s)', (policy, expected) => {
  for (const capacity of [PROVISIONED, { kind: 'serverless' }] as const) {
    const type = capacity.kind === 'serverless' ? 'AWS::MSK::ServerlessCluster' : 'AWS::MSK::Cluster';
    cluster(capacity, undefined, policy).template.hasResource(type, {
      DeletionPolicy: expected,
      UpdateReplacePolicy: expected,
    });
  }
});

test('MSK is asked for the addresses of the brokers of this cluster, and may be asked nothing else', () => {
  const arn = { 'Fn::GetAtt': [expect.stringMatching(/^KafkaCluster/), 'Arn'] };
  expect(statementsOf(template, 'KafkaBrokersHandler')).toEqual([
    { Effect: 'Allow', Action: 'kafka:GetBootstrapBrokers', Resource: arn },
  ]);
  const [[id, { Properties }]] = resourcesOf(template, 'Custom::KafkaBrokers') as [
    [string, TemplateResource],
  ];
  expect(Properties).toMatchObject({ ClusterArn: arn });
  expect(made.auth).toBe('iam');
  const stack = emptyStack();
  expect(stack.resolve(made.bootstrapServers)).toEqual({ 'Fn::GetAtt': [id, 'BootstrapServers'] });
});

test('a serverless cluster has the same door: IAM, the private subnets, the group of clients', () => {
  const serverless = cluster({ kind: 'serverless' }).template;
  serverless.resourceCountIs('AWS::MSK::Cluster', 0);
  serverless.hasResourceProperties('AWS::MSK::ServerlessCluster', {
    ClusterName: 'me-test',
    ClientAuthentication: { Sasl: { Iam: { Enabled: true } } },
    VpcConfigs: [
      {
        SubnetIds: SUBNETS,
        SecurityGroups: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^KafkaBrokers'), 'GroupId'] }],
      },
    ],
  });
});

/** The resources that are paid for whether they are used or not, by type. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { charge, type Charge } from './prices';
import { get, listAt, numberAt, textAt, type Resource, type Surroundings } from './resource';

/** What a resource costs. @throws Error when the template does not state what the price depends on. */
export type Pricing = (properties: unknown, surroundings: Surroundings) => readonly Charge[];

/** An instance's size and disks, from its own properties or from a launch template's. */
function machine(data: unknown, count: number): Charge[] {
  const disks = listAt(data, 'BlockDeviceMappings').map((disk) => {
    const kind = get(disk, 'Ebs', 'VolumeType') === undefined ? 'gp2' : textAt(disk, 'Ebs', 'VolumeType');
    return charge(`disk ${kind}`, count * numberAt(disk, 'Ebs', 'VolumeSize'));
  });
  const addresses = listAt(data, 'NetworkInterfaces').filter(
    (one) => get(one, 'AssociatePublicIpAddress') === true,
  );
  return [
    charge(`instance ${textAt(data, 'InstanceType')}`, count),
    ...disks,
    ...(addresses.length > 0 ? [charge('public address', count * addresses.length)] : []),
  ];
}

/** The metrics that the agent on the client host sends: each of their names is one. */
function agentMetrics(): number {
  const file = join(__dirname, '..', '..', 'lib', 'client-host', 'assets', 'cloudwatch-agent.json');
  const config: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const plugins = Object.values(get(config, 'metrics', 'metrics_collected') as object).flat() as unknown[];
  return plugins.reduce<number>((sum, plugin) => sum + listAt(plugin, 'measurement').length, 0);
}

const group: Pricing = (properties, { template }) => {
  const launch = textAt(properties, 'LaunchTemplate', 'LaunchTemplateId', 'Ref');
  const count = numberAt(properties, 'MinSize');
  const data = get(template.Resources?.[launch], 'Properties', 'LaunchTemplateData');
  const userData = JSON.stringify(get(data, 'UserData') ?? '');
  return [
    ...machine(data, count),
    ...(userData.includes('METRICS_NAMESPACE') ? [charge('metric', count * agentMetrics())] : []),
  ];
};

const cluster: Pricing = (properties) => {
  const brokers = numberAt(properties, 'NumberOfBrokerNodes');
  const info = get(properties, 'BrokerNodeGroupInfo');
  return [
    charge(`broker ${textAt(info, 'InstanceType')}`, brokers),
    charge('broker storage', brokers * numberAt(info, 'StorageInfo', 'EBSStorageInfo', 'VolumeSize')),
  ];
};

/** The partitions of all topics that the deployment makes. */
function partitions(all: Surroundings['all']): number {
  const resources = all.flatMap(({ Resources }) => Object.values(Resources ?? {}));
  const topics = resources.filter(({ Type }: Resource) => Type === 'Custom::KafkaTopics');
  return topics
    .flatMap(({ Properties }) => listAt(Properties, 'Topics'))
    .reduce<number>((sum, topic) => sum + numberAt(topic, 'Partitions'), 0);
}

const connector: Pricing = (properties) => {
  const fixed = get(properties, 'Capacity', 'ProvisionedCapacity');
  const least = get(properties, 'Capacity', 'AutoScaling');
  const workers = fixed === undefined ? numberAt(least, 'MinWorkerCount') : numberAt(fixed, 'WorkerCount');
  return [charge('connect unit', workers * numberAt(fixed ?? least, 'McuCount'))];
};

const database: Pricing = (properties) => {
  // A standby costs as much as the first.
  const copies = get(properties, 'MultiAZ') === true ? 2 : 1;
  return [
    charge(`database ${textAt(properties, 'DBInstanceClass')}`, copies),
    charge('database storage', copies * numberAt(properties, 'AllocatedStorage')),
    ...(get(properties, 'ManageMasterUserPassword') === true ? [charge('secret', 1)] : []),
  ];
};

const stream: Pricing = (properties) => {
  if (get(properties, 'StreamModeDetails', 'StreamMode') === 'ON_DEMAND')
    return [charge('stream on demand', 1)];
  const shards = numberAt(properties, 'ShardCount');
  const hours =
    get(properties, 'RetentionPeriodHours') === undefined ? 24 : numberAt(properties, 'RetentionPeriodHours');
  return [
    charge('stream shard', shards),
    ...(hours > 24 ? [charge('stream shard, kept up to 7 days', shards)] : []),
  ];
};

const endpoint: Pricing = (properties) =>
  get(properties, 'VpcEndpointType') === 'Interface'
    ? [charge('interface endpoint', listAt(properties, 'SubnetIds').length)]
    : [];

/** The number of metrics that an alarm looks at. */
const alarm: Pricing = (properties) => {
  const metrics = listAt(properties, 'Metrics').filter((one) => get(one, 'MetricStat') !== undefined);
  return [charge('alarm', Math.max(1, metrics.length))];
};

/** How many metrics the graphs of a dashboard show. Its body is a text with references in it. */
function metricsShown(properties: unknown): number {
  const body = get(properties, 'DashboardBody');
  const parts = typeof body === 'string' ? [body] : listAt(body, 'Fn::Join', 1);
  const text = parts.map((part) => (typeof part === 'string' ? part : 'reference')).join('');
  const board: unknown = JSON.parse(text || '{}');
  return listAt(board, 'widgets')
    .flatMap((widget) => listAt(widget, 'properties', 'metrics'))
    .filter((row) => typeof get(row, 0) === 'string').length;
}

const each =
  (what: string): Pricing =>
  () => [charge(what, 1)];

/** What is charged, by type. */
export const CHARGED: Readonly<Record<string, Pricing>> = {
  'AWS::AutoScaling::AutoScalingGroup': group,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::CompositeAlarm': each('composite alarm'),
  'AWS::CloudWatch::Dashboard': (properties) => [
    charge(metricsShown(properties) > 50 ? 'dashboard of more than 50 metrics' : 'dashboard', 1),
  ],
  'AWS::EC2::EIP': each('public address'),
  'AWS::EC2::Instance': (properties) => machine(properties, 1),
  'AWS::EC2::NatGateway': each('NAT gateway'),
  'AWS::EC2::VPCEndpoint': endpoint,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': each('load balancer'),
  'AWS::KMS::Key': each('key'),
  'AWS::KafkaConnect::Connector': connector,
  'AWS::Kinesis::Stream': stream,
  'AWS::MSK::Cluster': cluster,
  'AWS::MSK::ServerlessCluster': (_, { all }) => [
    charge('serverless cluster', 1),
    charge('serverless partition', partitions(all)),
  ],
  'AWS::RDS::DBInstance': database,
  'AWS::SecretsManager::Secret': each('secret'),
  'AWS::WAFv2::WebACL': (properties) => [
    charge('firewall', 1),
    charge('firewall rule', listAt(properties, 'Rules').length),
  ],
};

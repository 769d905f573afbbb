import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHARGED } from '../../../../tools/cost/charged';
import { estimate } from '../../../../tools/cost/estimate';
import { charge, hasPrice } from '../../../../tools/cost/prices';
import type { Resource, Template } from '../../../../tools/cost/resource';
import { BY_USE, isFree } from '../../../../tools/cost/uncharged';
import type { Deployment } from '../../../../lib/stages';
import { awsDeployment, deployment, pipeline } from '../../lib/synth';

/** The templates of a deployment, without the packages that nothing is paid for. */
const synthesise = (deployed: Deployment): Record<string, Template> =>
  Object.fromEntries(
    Object.entries(pipeline(deployed).templates).map(([part, template]) => [
      part,
      (template as { toJSON(): Template }).toJSON(),
    ]),
  );

/** The monthly cost of one resource, with others around it. */
function monthly(type: string, properties: object, others: Readonly<Record<string, Resource>> = {}): number {
  const { lines } = estimate({
    stack: { Resources: { It: { Type: type, Properties: { ...properties } }, ...others } },
  });
  return Number((lines.find(({ logicalId }) => logicalId === 'It')?.monthly ?? 0).toFixed(4));
}

const DISK = { Ebs: { VolumeSize: 8, VolumeType: 'gp3' } };
const TOPICS = { Topics: [{ Partitions: 3 }, { Partitions: '3' }, { Partitions: 1 }] };

describe('what is charged, reckoned by hand from Amazon’s pages', () => {
  test.each<[string, string, object, number]>([
    [
      'two brokers of 10 GiB',
      'AWS::MSK::Cluster',
      {
        NumberOfBrokerNodes: 2,
        BrokerNodeGroupInfo: {
          InstanceType: 'kafka.m7g.large',
          StorageInfo: { EBSStorageInfo: { VolumeSize: 10 } },
        },
      },
      299.84, // 2 × 730 × 0.204 + 2 × 10 × 0.10
    ],
    [
      'a connector of one worker with one unit',
      'AWS::KafkaConnect::Connector',
      { Capacity: { ProvisionedCapacity: { McuCount: 1, WorkerCount: 1 } } },
      80.3, // 730 × 0.11
    ],
    [
      'a connector that grows, at its smallest',
      'AWS::KafkaConnect::Connector',
      { Capacity: { AutoScaling: { McuCount: 2, MinWorkerCount: 1, MaxWorkerCount: 9 } } },
      160.6,
    ],
    [
      'a database',
      'AWS::RDS::DBInstance',
      { DBInstanceClass: 'db.t4g.micro', AllocatedStorage: '20' },
      13.98, // 730 × 0.016 + 20 × 0.115
    ],
    [
      'a database with a standby and a managed password',
      'AWS::RDS::DBInstance',
      {
        DBInstanceClass: 'db.t4g.micro',
        AllocatedStorage: '20',
        MultiAZ: true,
        ManageMasterUserPassword: true,
      },
      28.36,
    ],
    [
      'an instance with a public address',
      'AWS::EC2::Instance',
      {
        InstanceType: 't4g.nano',
        BlockDeviceMappings: [DISK],
        NetworkInterfaces: [{ AssociatePublicIpAddress: true }],
      },
      7.356, // 730 × (0.0042 + 0.005) + 8 × 0.08
    ],
    ['a NAT gateway', 'AWS::EC2::NatGateway', {}, 32.85],
    ['its address', 'AWS::EC2::EIP', {}, 3.65],
    [
      'an interface endpoint in two zones',
      'AWS::EC2::VPCEndpoint',
      { VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'] },
      14.6,
    ],
    ['a gateway endpoint', 'AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' }, 0],
    ['a load balancer', 'AWS::ElasticLoadBalancingV2::LoadBalancer', { Type: 'network' }, 16.425],
    ['a stream of two shards', 'AWS::Kinesis::Stream', { ShardCount: 2, RetentionPeriodHours: 24 }, 21.9],
    ['a stream kept for a week', 'AWS::Kinesis::Stream', { ShardCount: 1, RetentionPeriodHours: 168 }, 25.55],
    ['a stream on demand', 'AWS::Kinesis::Stream', { StreamModeDetails: { StreamMode: 'ON_DEMAND' } }, 29.2],
    ['a key', 'AWS::KMS::Key', {}, 1],
    ['a secret', 'AWS::SecretsManager::Secret', {}, 0.4],
    ['an alarm', 'AWS::CloudWatch::Alarm', { MetricName: 'Lag' }, 0.1],
    [
      'an alarm on a sum of two metrics',
      'AWS::CloudWatch::Alarm',
      { Metrics: [{ Expression: 'a + b' }, { MetricStat: {} }, { MetricStat: {} }] },
      0.2,
    ],
    ['a composite alarm', 'AWS::CloudWatch::CompositeAlarm', {}, 0.5],
    ['a dashboard', 'AWS::CloudWatch::Dashboard', {}, 3],
    ['a firewall of two rules', 'AWS::WAFv2::WebACL', { Rules: [{}, {}] }, 7],
  ])('%s', (_, type, properties, expected) => {
    expect(monthly(type, properties)).toBeCloseTo(expected, 6);
  });

  test('a group of instances costs what its launch template launches, and the metrics of the agent on it', () => {
    const properties = {
      MinSize: '1',
      MaxSize: '2',
      LaunchTemplate: { LaunchTemplateId: { Ref: 'Launch' } },
    };
    const data = { InstanceType: 't4g.micro', BlockDeviceMappings: [DISK] };
    const launch = (more: object): Readonly<Record<string, Resource>> => ({
      Launch: { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData: { ...data, ...more } } },
    });
    const type = 'AWS::AutoScaling::AutoScalingGroup';
    expect(monthly(type, properties, launch({}))).toBeCloseTo(6.772, 6); // 730 × 0.0084 + 8 × 0.08
    const userData = { UserData: { 'Fn::Base64': "export METRICS_NAMESPACE='x'" } };
    expect(monthly(type, properties, launch(userData))).toBeCloseTo(6.772 + 4 * 0.3, 6);
  });

  test('MSK Serverless costs by the partitions of the topics, whichever stack makes them', () => {
    const { monthly: sum } = estimate({
      one: { Resources: { Cluster: { Type: 'AWS::MSK::ServerlessCluster' } } },
      two: { Resources: { Topics: { Type: 'Custom::KafkaTopics', Properties: TOPICS } } },
    });
    expect(sum).toBeCloseTo(547.5 + 7 * 1.095, 6); // 730 × 0.75, and 730 × 0.0015 for each
  });
});

describe('what is free once an account', () => {
  const alarms = (count: number): Record<string, Resource> =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`A${index}`, { Type: 'AWS::CloudWatch::Alarm' }]),
    );

  test.each([
    [3, 0.3, 0],
    [10, 1, 0],
    [12, 1, 0.2],
  ])('of %i alarms', (count, free, rest) => {
    const { allowances, monthly: sum } = estimate({ stack: { Resources: alarms(count) } });
    expect(allowances.map(({ what, quantity }) => [what, quantity])).toEqual([
      ['alarm', Math.min(count, 10)],
    ]);
    expect(allowances[0]?.monthly).toBeCloseTo(-free, 6);
    expect(sum).toBeCloseTo(rest, 6);
  });

  const dashboard = (metrics: number): Resource => {
    const graph = (id: number): object => ({
      properties: { metrics: [[{ expression: 'm0' }], ['Space', `M${id}`, { id: 'm0' }]] },
    });
    const body = JSON.stringify({ widgets: Array.from({ length: metrics }, (_, id) => graph(id)) });
    const at = body.indexOf('Space');
    return {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardBody: { 'Fn::Join': ['', [body.slice(0, at), { Ref: 'AWS::Region' }, body.slice(at)]] },
      },
    };
  };

  test.each([
    [50, 0],
    [51, 3],
  ])('a dashboard of %i metrics costs %i', (metrics, expected) => {
    expect(estimate({ stack: { Resources: { D: dashboard(metrics) } } }).monthly).toBe(expected);
  });
});

test('the total is the sum of the lines, the dearest first; what is paid by use adds nothing', () => {
  const result = estimate({
    a: { Resources: { K: { Type: 'AWS::KMS::Key' }, B: { Type: 'AWS::S3::Bucket' } } },
    b: { Resources: { D: { Type: 'AWS::CloudWatch::Dashboard' }, B: { Type: 'AWS::S3::Bucket' } } },
  });
  expect(result.lines.map(({ stack, logicalId, monthly: cost }) => [stack, logicalId, cost])).toEqual([
    ['b', 'D', 3],
    ['a', 'K', 1],
  ]);
  expect(result.monthly).toBe(1); // A dashboard is free.
  expect(result.byUse).toEqual([{ type: 'AWS::S3::Bucket', count: 2, price: BY_USE['AWS::S3::Bucket'] }]);
});

test('every type without a price, and every resource that cannot be priced, is named and not counted', () => {
  const broker = { Type: 'AWS::MSK::Cluster', Properties: { NumberOfBrokerNodes: { Ref: 'Number' } } };
  const database = {
    Type: 'AWS::RDS::DBInstance',
    Properties: { DBInstanceClass: 'db.x2g.large', AllocatedStorage: 1 },
  };
  const resources = { New: { Type: 'AWS::New::Thing' }, Broker: broker, Database: database };
  const { unpriced, monthly: sum } = estimate({
    stack: { Resources: { ...resources, Other: resources.New, Key: { Type: 'AWS::KMS::Key' } } },
  });
  expect(sum).toBe(1);
  expect(unpriced).toEqual([
    { resource: 'AWS::New::Thing', why: expect.stringMatching(/neither in .*charged/) as string },
    {
      resource: 'stack/Broker (AWS::MSK::Cluster)',
      why: expect.stringMatching(/NumberOfBrokerNodes is .*expected a number/) as string,
    },
    {
      resource: 'stack/Database (AWS::RDS::DBInstance)',
      why: expect.stringMatching(/no price for "database db\.x2g\.large"/) as string,
    },
  ]);
});

describe('the tables', () => {
  type Row = Readonly<Record<string, string | number>>;
  const table = JSON.parse(readFileSync(join(__dirname, '../../../../tools/cost/prices.json'), 'utf8')) as {
    prices: Record<string, Row>;
    allowances: Record<string, Row>;
  };
  const DAY = /^20\d\d-[01]\d-[0-3]\d$/;
  const AMAZON = /^https:\/\/aws\.amazon\.com\/[a-z0-9/-]+\/$/;

  test('every price is a positive number with its unit, its day, and one of Amazon’s pages', () => {
    for (const [name, { price, per, billed, quotedBy, ...row }] of Object.entries(table.prices)) {
      expect([name, Number(price) > 0]).toEqual([name, true]);
      expect(['hour', 'month', 'GiB-month']).toContain(per);
      expect([undefined, 'started hour']).toContain(billed);
      expect(String(quotedBy ?? 'https://')).toMatch(/^https:\/\//);
      expect([name, Object.keys(row)]).toEqual([name, ['asOf', 'source']]);
      expect(row.asOf).toMatch(DAY);
      expect(row.source).toMatch(AMAZON);
    }
    for (const { asOf, source } of Object.values(table.allowances)) {
      expect(asOf).toMatch(DAY);
      expect(source).toMatch(AMAZON);
    }
  });

  test('a type is in one of them only; what is charged is not free', () => {
    expect(Object.keys(BY_USE).filter((type) => type in CHARGED)).toEqual([]);
    expect(Object.keys(CHARGED).filter(isFree)).toEqual([]);
    expect(['AWS::EC2::Subnet', 'AWS::IAM::Role', 'Custom::X'].map(isFree)).toEqual([true, true, true]);
    expect(['AWS::EC2::NatGateway', 'AWS::MSK::Replicator', 'AWS::New::Thing'].filter(isFree)).toEqual([]);
  });

  test('what the stages may be given has a price', () => {
    const folder = join(__dirname, '../../../../lib/stages');
    const text = readdirSync(folder)
      .filter((name) => /^(dev|prod)\.ts$/.test(name))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
    const brokers = [...text.matchAll(/instanceType: '(kafka\.[\w.]+)'/g)].map(
      ([, type]) => `broker ${type ?? ''}`,
    );
    expect(brokers.length).toBeGreaterThan(1);
    expect(brokers.filter((name) => !hasPrice(name))).toEqual([]);
  });

  test('a quantity must be stated', () => {
    expect(() => charge('key', NaN)).toThrow('The quantity of "key" is NaN: expected a number');
  });
});

describe('the stages on AWS, where everything has a price or costs nothing while idle', () => {
  const dev = synthesise(awsDeployment('dev'));

  test.each([
    ['dev', dev],
    ['dev with a serverless cluster', synthesise(awsDeployment('dev', { kafkaCapacity: 'serverless' }))],
    ['prod', synthesise(awsDeployment('prod'))],
  ])('%s has nothing that is not counted', (_, made) => {
    const { unpriced, monthly: sum } = estimate(made);
    expect(unpriced).toEqual([]);
    expect(sum).toBeGreaterThan(450);
  });

  test('a metric of a log costs in the hours in which lines match only: none is written without', () => {
    const filters = Object.values(dev)
      .flatMap(({ Resources }) => Object.values(Resources ?? {}))
      .filter(({ Type }) => Type === 'AWS::Logs::MetricFilter');
    expect(filters.length).toBeGreaterThan(1);
    expect(JSON.stringify(filters)).not.toContain('DefaultValue');
  });
});

test('everything in the templates of the local stage has a price, or costs nothing while idle', () => {
  const result = estimate(synthesise(deployment()));
  expect(result.unpriced).toEqual([]);
  // Three streams of two shards, and the secret: 3 × 2 × 730 × 0.015 + 0.40.
  expect(result.monthly).toBeCloseTo(66.1, 6);
  expect(result.lines.map(({ type }) => type)).toEqual([
    'AWS::Kinesis::Stream',
    'AWS::Kinesis::Stream',
    'AWS::Kinesis::Stream',
    'AWS::SecretsManager::Secret',
  ]);
  expect(result.byUse.map(({ type }) => type)).toContain('AWS::Lambda::Function');
});

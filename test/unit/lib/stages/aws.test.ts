import { SettingError, type Stage } from '../../../../lib/stages';
import { awsDeployment } from '../synth';

type Settings = Readonly<Record<string, unknown>>;
const dev = (settings: Settings = {}): Stage => awsDeployment('dev', settings).stage;
const prod = (settings: Settings = {}): Stage => awsDeployment('prod', settings).stage;

test('neither stage has an AWS of another than Amazon, or a range in common with the other', () => {
  expect([dev().awsEndpointUrl, prod().awsEndpointUrl]).toEqual([undefined, undefined]);
  const ranges = [dev(), prod()].map(({ network }) => network.kind === 'made' && network.cidr);
  expect(new Set(ranges).size).toBe(2);
});

const ZONES = 'us-east-1a,us-east-1b';
const VPC = {
  vpcId: 'vpc-0123456789abcdef0',
  privateSubnetIds: 'subnet-0a000000000000001, subnet-0a000000000000002',
  availabilityZones: ZONES,
};
const CLUSTER = 'arn:aws:kafka:us-east-1:123456789012:cluster/mine/0a-1b';
const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mine-AbCdEf';

test('every part can be brought', () => {
  expect(dev(VPC).network).toEqual({
    kind: 'existing',
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    privateSubnetIds: ['subnet-0a000000000000001', 'subnet-0a000000000000002'],
  });
  expect(dev({ kafkaBootstrapServers: 'b-1.example:9098', kafkaClusterArn: CLUSTER }).kafka).toEqual({
    kind: 'external',
    bootstrapServers: 'b-1.example:9098',
    auth: { kind: 'iam', clusterArn: CLUSTER },
  });
  expect(dev({ kafkaBootstrapServers: 'b-1.example:9092' }).kafka).toMatchObject({ auth: { kind: 'none' } });
  expect(dev({ connectUrl: 'http://connect.internal:8083', sinkPluginZip: undefined }).connect).toEqual({
    kind: 'external',
    url: 'http://connect.internal:8083',
  });
  expect(dev({ restProxyUrl: 'https://proxy.example', clientHostPackage: undefined }).restProxy).toEqual({
    kind: 'external',
    url: 'https://proxy.example',
  });
  expect(dev({ databaseHost: 'db.example', databaseSecretArn: SECRET }).source).toEqual({
    kind: 'external',
    host: 'db.example',
    port: 3306,
    database: 'pinterest',
    credentials: { kind: 'existing', secretArn: SECRET, keyArn: undefined },
  });
  expect(dev({ databaseHost: 'db.example', databasePort: 3307 }).source).toMatchObject({
    port: 3307,
    credentials: { kind: 'generated' },
  });
});

test('the database is made, filled or restored from a snapshot', () => {
  const arn = 'arn:aws:rds:us-east-1:123456789012:snapshot:rds:mine-2026-01-31-03-00';
  expect(dev().source).toMatchObject({ kind: 'rds', snapshot: undefined });
  expect(dev({ sourceSnapshot: 'mine-1' }).source).toMatchObject({ kind: 'rds', snapshot: 'mine-1' });
  expect(prod({ sourceSnapshot: arn }).source).toMatchObject({ snapshot: arn });
});

test('the batch runs daily, on Lambda in development and on Spark in production, or not at all', () => {
  const job = { package: expect.stringMatching(/fixtures\/spark$/) as string };
  expect(dev().batch).toMatchObject({ kind: 'daily', engine: { kind: 'lambda' } });
  expect(prod().batch).toMatchObject({ kind: 'daily', engine: { kind: 'emr-serverless', ...job } });
  expect(dev({ batchEngine: 'emr-serverless' }).batch).toMatchObject({ engine: { maxVcpus: 8, ...job } });
  expect(prod({ batchEngine: 'lambda', sparkPackage: undefined }).batch).toMatchObject({
    memoryMiB: 8192,
    engine: { kind: 'lambda' },
  });
  expect(dev({ batchEngine: 'none' }).batch).toEqual({ kind: 'manual' });
});

test('whom alarms are sent to, where the runbook is, and what may be spent can be said', () => {
  expect(dev().operations).toMatchObject({ kind: 'watched', runbookUrl: 'docs/runbook.md' });
  const settings = {
    alarmEmail: 'ops@example.com',
    monthlyBudgetUsd: '50',
    runbookUrl: 'https://wiki.example/runbook',
  };
  expect(dev(settings).operations).toMatchObject({ ...settings, monthlyBudgetUsd: 50 });
});

test('a serverless cluster keeps three copies', () => {
  const { kafka, topics } = dev({ kafkaCapacity: 'serverless' });
  expect(kafka).toEqual({ kind: 'msk', capacity: { kind: 'serverless' } });
  expect(topics.replicationFactor).toBe(3);
});

test('what is made can be chosen', () => {
  expect(dev({ availabilityZones: ZONES, egress: 'nat-gateway' }).network).toMatchObject({
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    egress: 'nat-gateway',
  });
  expect(dev({ emulator: 'off' }).emulator.scheduleEnabled).toBe(false);
  expect(dev({ firewall: 'on' }).api.firewallRate).toBe(2_000);
  expect(prod({ firewall: 'off' }).api.firewallRate).toBeUndefined();
  expect(dev().api.usagePlan).toBeUndefined();
  const plan = { requestsPerSecond: 200, burst: 200, requestsPerDay: 1_000_000 };
  expect(dev({ usagePlan: 'on' }).api).toMatchObject({ usagePlan: plan, throttlingRate: 200 });
  expect(prod().api.usagePlan).toMatchObject({ requestsPerSecond: 1_000 });
  expect(prod({ usagePlan: 'off' }).api.usagePlan).toBeUndefined();
  expect(dev({ sshFrom: '203.0.113.0/24' }).restProxy).toMatchObject({ sshFrom: '203.0.113.0/24' });
  expect(dev().restProxy).toMatchObject({ sshFrom: undefined });
});

test.each<[string, Settings]>([
  ['it needs the VPC that the subnets are in', { privateSubnetIds: 'subnet-0a000000' }],
  ['2 zones in this stage', { availabilityZones: 'us-east-1a,us-east-1b,us-east-1c' }],
  ['different zones', { availabilityZones: 'us-east-1a,us-east-1a' }],
  ['whose ways out are its own affair', { ...VPC, egress: 'endpoints' }],
  ['with 0 private subnets and 2 availability zones', { ...VPC, privateSubnetIds: undefined }],
  ['with 1 private subnets and 2 availability zones', { ...VPC, privateSubnetIds: 'subnet-0a000000' }],
  ['the id of a VPC', { ...VPC, vpcId: 'my-vpc' }],
  ['it needs the brokers of that cluster', { kafkaClusterArn: CLUSTER }],
  ['the ARN of an MSK cluster', { kafkaBootstrapServers: 'b:9098', kafkaClusterArn: 'mine' }],
  ['the cluster is an existing one', { kafkaBootstrapServers: 'b:9098', kafkaCapacity: 'serverless' }],
  ['one of "provisioned", "serverless"', { kafkaCapacity: 'large' }],
  ['an e-mail address', { alarmEmail: 'ops' }],
  ['whole US dollars a month', { monthlyBudgetUsd: '0' }],
  ['whole US dollars a month', { monthlyBudgetUsd: '9.5' }],
  ['an https address', { runbookUrl: 'http://wiki.example' }],
  ['the batch does not run on Spark', { sparkPackage: '.' }],
  ['one of "lambda", "emr-serverless", "none"', { batchEngine: 'spark' }],
  ['the path of a folder', { batchEngine: 'emr-serverless', sparkPackage: '/nowhere' }],
  ['the Connect worker is an existing one', { connectUrl: 'http://connect:8083' }],
  [
    'the Connect worker is an existing one, which is set up already',
    { connectUrl: 'http://connect:8083', sinkPluginZip: undefined, connectClientSettings: 'worker' },
  ],
  [
    'there is no client host',
    { restProxyUrl: 'http://p', clientHostPackage: undefined, sshFrom: '1.2.3.4/32' },
  ],
  ['from /16 to /32', { sshFrom: '0.0.0.0/0' }],
  ['from /16 to /32', { sshFrom: '10.0.0.0/15' }],
  ['from /16 to /32', { sshFrom: '1.2.3/24' }],
  ['it needs the server that it belongs to', { databaseSecretArn: SECRET }],
  [
    'it needs the secret that the key encrypts',
    { databaseHost: 'db', databaseSecretKeyArn: 'arn:aws:kms:…' },
  ],
  ['the database is an existing one', { databaseHost: 'db', sourceSnapshot: 'mine-1' }],
  ['a parked stage has no database', { parked: 'true', sourceSnapshot: 'mine-1' }],
  ['the id or ARN of a snapshot', { sourceSnapshot: 'my snapshot' }],
  ['the ARN of a secret', { databaseHost: 'db', databaseSecretArn: 'mine' }],
  ['to which no endpoint leads', { egress: 'endpoints' }],
  ['ending with ".zip"', { sinkPluginZip: __filename }],
  ['the plugin is that of this repository', { sinkPluginZip: undefined, sinkPluginConfig: 'p.json' }],
  ['the path of a folder', { clientHostPackage: __filename }],
])('says what is wrong: %s', (message, settings) => {
  expect(() => dev(settings)).toThrow(SettingError);
  expect(() => dev(settings)).toThrow(message);
});

test('packages that are given nowhere are made when they are deployed', () => {
  const none = { tableEnginePackage: undefined, sinkPluginZip: undefined, clientHostPackage: undefined };
  const stage = dev({ ...none, sparkPackage: undefined, batchEngine: 'emr-serverless' });
  expect(stage.tableEngine.package).toBeUndefined();
  expect(stage.connect).toMatchObject({ kind: 'msk-connect', pluginZip: undefined });
  expect(stage.restProxy).toMatchObject({ kind: 'client-host', package: undefined });
  expect(stage.batch).toMatchObject({ engine: { kind: 'emr-serverless', package: undefined } });
});

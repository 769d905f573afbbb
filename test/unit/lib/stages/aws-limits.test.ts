import { SettingError, type Stage } from '../../../../lib/stages';
import { checkAwsLimits } from '../../../../lib/stages/aws-limits';
import { awsDeployment } from '../synth';

type Settings = Readonly<Record<string, unknown>>;

/** The stage with another value at a path, for example `connect.version`. */
function changed(stage: Stage, path: string, value: unknown): Stage {
  const copy = structuredClone(stage);
  const names = path.split('.');
  const last = names.pop() ?? '';
  const holder = names.reduce<Record<string, unknown>>(
    (node, name) => node[name] as Record<string, unknown>,
    copy as unknown as Record<string, unknown>,
  );
  expect(holder).toHaveProperty(last);
  holder[last] = value;
  return copy;
}

const STAGES = { dev: awsDeployment('dev').stage, prod: awsDeployment('prod').stage };

test.each<['dev' | 'prod', string, string | number, string]>([
  ['dev', 'connect.version', '2.7.1', 'expected "3.7.x"'],
  ['dev', 'connect.workers', 11, 'from 1 to 10'],
  ['dev', 'restProxy.instanceType', 't3.micro', 'a Graviton type'],
  ['dev', 'restProxy.instanceType', 't4g', 'a Graviton type'],
  ['dev', 'restProxy.diskGiB', 7, 'from 8 to'],
  ['dev', 'source.instanceType', 't4g.nano', 't4g.micro to 2xlarge'],
  ['dev', 'source.instanceType', 'db.t4g.micro', 'without "db."'],
  ['dev', 'source.instanceType', 'm7g.medium', 'm7g.large to 16xlarge'],
  ['dev', 'source.storageGiB', 10, 'from 20 to 65536'],
  ['dev', 'source.backupDays', 36, 'from 0 to 35'],
  ['dev', 'streams.capacity.shards', 0, 'from 1 to 500'],
  ['dev', 'streams.retentionHours', 23, 'from 24 to 8760'],
  ['dev', 'streams.batchSize', 10_001, 'from 1 to 10000'],
  ['dev', 'streams.batchWindowSeconds', 301, 'from 0 to 300'],
  ['dev', 'streams.retryAttempts', -1, 'from 0 to 10000'],
  ['dev', 'streams.maxRecordAgeMinutes', 24 * 60, 'from 1 to 1439'],
  ['prod', 'streams.maxRecordAgeMinutes', 7 * 24 * 60, 'from 1 to 10079'],
  ['dev', 'tableEngine.memoryMiB', 10_241, 'from 128 to 10240'],
  ['dev', 'batch.hour', 24, 'from 0 to 23'],
  ['dev', 'batch.memoryMiB', 127, 'from 128 to 10240'],
  ['dev', 'batch.storageMiB', 256, 'from 512 to 10240'],
  ['prod', 'batch.engine.release', 'emr-spark-8.0.0', 'expected "emr-spark-8.1.0"'],
  ['prod', 'batch.engine.maxVcpus', 4, 'from 8 to'],
  ['prod', 'batch.engine.maxMemoryGb', 16, 'from 32 to'],
])('%s with %s of %j is refused', (name, path, value, expected) => {
  const stage = STAGES[name];
  expect(() => {
    checkAwsLimits(stage);
  }).not.toThrow();
  const check = (): void => {
    checkAwsLimits(changed(stage, path, value));
  };
  expect(check).toThrow(SettingError);
  expect(check).toThrow(`The stage ${stage.name} has ${JSON.stringify(value)} as ${path}, `);
  expect(check).toThrow(expected);
  expect(check).toThrow(`Change it in lib/stages/${stage.name}.ts.`);
});

test('the brokers are checked with the rest', () => {
  expect(() => {
    checkAwsLimits(changed(STAGES.prod, 'kafka.capacity.storageGiB', 0));
  }).toThrow('The disk of a broker is 0 GiB');
});

test.each<['dev' | 'prod', Settings, string]>([
  [
    'dev',
    { availabilityZones: 'eu-west-1a,eu-west-1b' },
    '"eu-west-1a", which is no zone of the region us-east-1',
  ],
  [
    'dev',
    { region: 'us-gov-west-1', availabilityZones: 'us-gov-west-1a,us-gov-west-2b' },
    '"us-gov-west-2b"',
  ],
  ['prod', { region: 'us-west-1' }, 'The network has 3 zones in us-west-1, where MSK takes two'],
])('%s with %j is refused', (stage, settings, message) => {
  expect(() => awsDeployment(stage, settings)).toThrow(SettingError);
  expect(() => awsDeployment(stage, settings)).toThrow(message);
});

test('zones of the region pass, and two in us-west-1, or three where the cluster is brought', () => {
  expect(() => awsDeployment('dev', { region: 'us-west-1' })).not.toThrow();
  const brought = { region: 'us-west-1', kafkaBootstrapServers: 'b:9098' };
  expect(() => awsDeployment('prod', brought)).not.toThrow();
  const named = { region: 'eu-west-1', availabilityZones: 'eu-west-1a,eu-west-1c' };
  expect(() => awsDeployment('dev', named)).not.toThrow();
});

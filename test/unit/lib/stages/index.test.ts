import { SettingError } from '../../../../lib/stages';
import { deployment, LOCAL_SETTINGS } from '../synth';

test('reads the local stage', () => {
  const { userId, stage } = deployment({ userId: 'me', awsEndpointUrl: 'http://127.0.0.1:14566/' });
  expect(userId).toBe('me');
  expect(stage).toMatchObject({
    name: 'local',
    region: 'us-east-1',
    awsEndpointUrl: 'http://127.0.0.1:14566',
    kafka: { kind: 'external', bootstrapServers: '127.0.0.1:19092' },
    topics: { partitions: 3, replicationFactor: 1 },
    connect: { kind: 'external', url: 'http://127.0.0.1:18083' },
    restProxy: { kind: 'external', url: 'http://127.0.0.1:18082' },
    source: { kind: 'external', host: '127.0.0.1', port: 13306, database: 'pinterest' },
    emulator: { scheduleEnabled: false, seed: 100 },
    sink: { pluginConfig: undefined },
    statefulResources: 'destroy',
  });
});

test('the local sink cuts files within seconds', () => {
  const { flushIntervalMs } = deployment().stage.sink;
  expect(flushIntervalMs).toBeGreaterThanOrEqual(2_000);
  expect(flushIntervalMs).toBeLessThanOrEqual(5_000);
});

test('the user id is "pinterest" unless given', () => {
  expect(deployment({ userId: undefined }).userId).toBe('pinterest');
});

test.each(['a_b', 'a.b', '-a', 'ü', 'x'.repeat(41)])('refuses the user id %s', (userId) => {
  expect(() => deployment({ userId })).toThrow(SettingError);
  expect(() => deployment({ userId })).toThrow(`The user id ${JSON.stringify(userId)} cannot be used`);
});

test('names the stages there are when it is given none, or another', () => {
  expect(() => deployment({ stage: undefined })).toThrow(
    /^The setting "stage" is missing: expected a stage \(local, dev, prod\)\. Give it as "-c stage=…"/,
  );
  expect(() => deployment({ stage: 'production' })).toThrow(
    'The setting "stage" is "production", which cannot be used: expected one of "local", "dev", "prod".',
  );
});

const REQUIRED = Object.keys(LOCAL_SETTINGS).filter((name) => !['stage', 'userId'].includes(name));
test.each(REQUIRED)('the local stage needs %s', (name) => {
  expect(() => deployment({ [name]: undefined })).toThrow(`The setting "${name}" is missing`);
  expect(() => deployment({ [name]: 'no such thing!' })).toThrow(`The setting "${name}" is "no such thing!"`);
});

test.each([
  ['region', 'Ireland'],
  ['databaseName', 'a-b; DROP'],
  ['sinkPluginConfig', '/no/such.json'],
])('refuses %s %s', (name, value) => {
  expect(() => deployment({ [name]: value })).toThrow(`The setting "${name}" is "${value}"`);
});

test('takes region and database name when they are given', () => {
  const { stage } = deployment({ region: 'eu-west-1', databaseName: 'posts' });
  expect(stage.region).toBe('eu-west-1');
  expect(stage.source.database).toBe('posts');
});

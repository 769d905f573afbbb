import { SettingError, type ProvisionedBrokers } from '../../../../lib/stages';
import { checkBrokers } from '../../../../lib/stages/broker-pairs';
import { awsDeployment } from '../synth';

const BROKERS: ProvisionedBrokers = {
  kind: 'provisioned',
  instanceType: 'kafka.m7g.large',
  storageGiB: 5,
  kafkaVersion: '3.9.x.kraft',
  monitoring: 'DEFAULT',
};

test.each([
  ['kafka.m7g.large', '3.9.x.kraft'],
  ['kafka.m7g.16xlarge', '4.1.x.kraft'],
  ['kafka.m5.24xlarge', '3.7.x'],
])('MSK makes %s with %s', (instanceType, kafkaVersion) => {
  expect(() => {
    checkBrokers({ ...BROKERS, instanceType, kafkaVersion });
  }).not.toThrow();
});

test.each([
  ['kafka.t3.small', '3.9.x.kraft', 'with ZooKeeper only'],
  ['kafka.t3.small', '3.9.x', '4 clients a second'],
  ['express.m7g.large', '3.9.x.kraft', 'Express brokers'],
  ['kafka.m7g.24xlarge', '3.9.x.kraft', 'cannot be made: expected'],
  ['kafka.m5.small', '3.9.x.kraft', 'cannot be made: expected'],
  ['kafka.c5.large', '3.9.x.kraft', 'cannot be made: expected'],
  ['m7g.large', '3.9.x.kraft', 'cannot be made: expected'],
  ['kafka.m7g.large', '3.6.0', 'cannot be made: expected'],
  ['kafka.m7g.large', '4.0.x', 'cannot be made: expected'],
  ['kafka.m7g.large', '3.9.0', 'cannot be made: expected'],
])(
  '%s with %s is refused before it is deployed, with what goes together',
  (instanceType, kafkaVersion, why) => {
    const check = (): void => {
      checkBrokers({ ...BROKERS, instanceType, kafkaVersion });
    };
    expect(check).toThrow(SettingError);
    expect(check).toThrow(`Brokers "${instanceType}" with Kafka "${kafkaVersion}"`);
    expect(check).toThrow(why);
    expect(check).toThrow(
      /kafka\.m7g\.large to 16xlarge or kafka\.m5\.large to 24xlarge, with one of 3\.7\.x, .*3\.9\.x\.kraft/,
    );
    expect(check).toThrow('-c kafkaInstanceType=');
  },
);

test.each([0, 16_385, 1.5])('a disk of %d GiB is refused', (storageGiB) => {
  expect(() => {
    checkBrokers({ ...BROKERS, storageGiB });
  }).toThrow(
    `The disk of a broker is ${storageGiB} GiB (storageGiB): expected a whole number from 1 to 16384.`,
  );
});

test('the pair can be chosen, and is checked with the stage', () => {
  const settings = { kafkaInstanceType: 'kafka.m5.large', kafkaVersion: '3.8.x.kraft' };
  expect(awsDeployment('dev', settings).stage.kafka).toMatchObject({
    capacity: { instanceType: 'kafka.m5.large', kafkaVersion: '3.8.x.kraft' },
  });
  expect(() => awsDeployment('dev', { kafkaInstanceType: 'kafka.t3.small' })).toThrow('with ZooKeeper only');
  const other = { kafkaCapacity: 'serverless', kafkaVersion: '3.8.x.kraft' };
  expect(() => awsDeployment('dev', other)).toThrow('brokers of a serverless cluster');
  const brought = { kafkaBootstrapServers: 'b:9098', kafkaInstanceType: 'kafka.m5.large' };
  expect(() => awsDeployment('dev', brought)).toThrow('the cluster is an existing one');
});

/** Which brokers of which size and Kafka version MSK makes, and this app with it. */
import type { ProvisionedBrokers } from './kafka';
import { SettingError } from './settings';

/**
 * Versions that MSK makes new clusters of Standard brokers with; with `.kraft` controllers keep the metadata, without it
 * ZooKeeper does. https://docs.aws.amazon.com/msk/latest/developerguide/supported-kafka-versions.html (read 2026-11-28:
 * 3.6.0 ended 2026-06-01; 4.2 is for Express brokers only).
 */
const VERSIONS = [
  '3.7.x',
  '3.7.x.kraft',
  '3.8.x',
  '3.8.x.kraft',
  '3.9.x',
  '3.9.x.kraft',
  '4.0.x.kraft',
  '4.1.x.kraft',
] as const;

/** https://docs.aws.amazon.com/msk/latest/developerguide/broker-instance-sizes.html */
const SIZES: Readonly<Record<string, readonly string[]>> = {
  'kafka.m7g': ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge'],
  'kafka.m5': ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge'],
};

/** Sizes that MSK has and this app does not make, and why. */
const WHY_NOT: readonly (readonly [type: RegExp, why: string])[] = [
  [
    // Of KRaft, CreateCluster says "Unsupported InstanceType specified. Valid values: [express.m7g.*, kafka.m5.*,
    // kafka.m7g.*]", which no documentation does. Of the connections:
    // https://docs.aws.amazon.com/msk/latest/developerguide/limits.html#msk-provisioned-quota
    /^kafka\.t3\./,
    'MSK makes kafka.t3 with ZooKeeper only, and lets 4 clients a second connect by IAM to each, fewer than MSK Connect needs',
  ],
  [
    // https://docs.aws.amazon.com/msk/latest/developerguide/msk-broker-types-express.html
    /^express\./,
    'Express brokers take no storage size and other broker settings, and are in three zones only, which this app does not make',
  ],
];

/** GiB of a broker's disk. https://docs.aws.amazon.com/msk/latest/developerguide/limits.html#msk-provisioned-quota */
const STORAGE_GIB = { least: 1, most: 16_384 } as const;

/** Whether MSK makes brokers of this size. */
function isMade(instanceType: string): boolean {
  const [, family = '', size = ''] = /^(.+)\.(\w+)$/.exec(instanceType) ?? [];
  return SIZES[family]?.includes(size) ?? false;
}

/**
 * Checks what only CreateCluster would refuse, after half an hour of deployment.
 *
 * @throws SettingError naming what goes together.
 */
export function checkBrokers({ instanceType, kafkaVersion, storageGiB }: ProvisionedBrokers): void {
  const sizes = Object.entries(SIZES).map(
    ([family, all]) => `${family}.${all[0] ?? ''} to ${all.at(-1) ?? ''}`,
  );
  if (!isMade(instanceType) || !(VERSIONS as readonly string[]).includes(kafkaVersion)) {
    const why = WHY_NOT.find(([type]) => type.test(instanceType))?.[1];
    throw new SettingError(
      `Brokers "${instanceType}" with Kafka "${kafkaVersion}" cannot be made${why === undefined ? '' : ` (${why})`}: expected ${sizes.join(' or ')}, with one of ${VERSIONS.join(', ')}. Give them as "-c kafkaInstanceType=kafka.m7g.large -c kafkaVersion=3.9.x.kraft".`,
    );
  }
  const { least, most } = STORAGE_GIB;
  if (!Number.isInteger(storageGiB) || storageGiB < least || storageGiB > most) {
    throw new SettingError(
      `The disk of a broker is ${storageGiB} GiB (storageGiB): expected a whole number from ${least} to ${most}.`,
    );
  }
}

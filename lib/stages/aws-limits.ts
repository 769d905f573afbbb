/**
 * What AWS takes, where neither CDK nor CloudFormation says so before a deployment: one table, each row with its source.
 * Brokers have a table of their own, `broker-pairs.ts`.
 */
import { checkBrokers } from './broker-pairs';
import type { BatchPart } from './batch';
import type { NetworkPart } from './network';
import { SettingError } from './settings';
import type { Stage } from './stage';

/** A value of a stage, and what AWS takes there. */
interface Limit {
  /** Where it is in the stage, for example `connect.version`. */
  readonly name: string;
  readonly value: string | number;
  /** Ends the sentence "expected …". */
  readonly expected: string;
  readonly holds: boolean;
}

const LARGE = ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge'] as const;
const BURSTABLE = ['micro', 'small', 'medium', 'large', 'xlarge', '2xlarge'] as const;

/** Of MySQL 8.4. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html (as cfn-lint 1.58 has it) */
const DATABASE_SIZES: Readonly<Record<string, readonly string[]>> = {
  t4g: BURSTABLE,
  t3: BURSTABLE,
  m6g: LARGE,
  m7g: LARGE,
  m8g: LARGE,
  r6g: LARGE,
  r7g: LARGE,
  r8g: LARGE,
};

/**
 * MSK Connect has 2.7.1 (Java 11) and 3.7.x (Java 17, which the plugin needs).
 * https://docs.aws.amazon.com/msk/latest/developerguide/msk-connect-connectors.html
 */
const CONNECT_VERSIONS = ['3.7.x'];

/**
 * The release whose Spark the package's jars are for: 4.1.
 * https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/release-version-emr-spark-8.1.0.html
 */
const EMR_RELEASES = ['emr-spark-8.1.0'];

/** The regions in which MSK takes two zones only. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-msk-cluster-brokernodegroupinfo.html */
const TWO_ZONES = ['us-west-1'];

/**
 * The ids of zones that are known to have no MSK (the same page). A template has names, and each account has its own for an
 * id, so `doctor` looks at them before a deployment; no call of AWS tells them before a cluster is refused.
 */
export const ZONES_WITHOUT_MSK: readonly string[] = ['use1-az3'];

const words = (name: string, value: string, choices: readonly string[]): Limit => ({
  name,
  value,
  expected: choices.map((choice) => `"${choice}"`).join(' or '),
  holds: choices.includes(value),
});

const whole = (name: string, value: number, least: number, most: number): Limit => ({
  name,
  value,
  expected: `a whole number from ${least} to ${most}`,
  holds: Number.isInteger(value) && value >= least && value <= most,
});

function isDatabaseSize(type: string): boolean {
  const [family = '', size = '', ...rest] = type.split('.');
  return rest.length === 0 && (DATABASE_SIZES[family]?.includes(size) ?? false);
}

const sizesText = Object.entries(DATABASE_SIZES)
  .map(([family, [least, ...more]]) => `${family}.${least ?? ''} to ${more.at(-1) ?? ''}`)
  .join(', ');

/** The values of a stage that AWS may refuse. */
function limitsOf({ connect, restProxy, source, streams, tableEngine, batch }: Stage): Limit[] {
  return [
    ...(connect.kind === 'msk-connect'
      ? [
          words('connect.version', connect.version, CONNECT_VERSIONS),
          // https://docs.aws.amazon.com/MSKC/latest/mskc/API_ProvisionedCapacity.html
          whole('connect.workers', connect.workers, 1, 10),
        ]
      : []),
    ...(restProxy.kind === 'client-host'
      ? [
          {
            name: 'restProxy.instanceType',
            value: restProxy.instanceType,
            expected: 'a Graviton type, as the image is for arm64, for example "t4g.small"',
            // https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
            holds: /^[a-z]+\dg[a-z]*\.[a-z0-9]+$/.test(restProxy.instanceType),
          },
          // The image's snapshot has 8 GiB, and no disk may be smaller.
          whole('restProxy.diskGiB', restProxy.diskGiB, 8, 16_384),
        ]
      : []),
    ...(source.kind === 'rds'
      ? [
          {
            name: 'source.instanceType',
            value: source.instanceType,
            expected: `a size of a database with MySQL 8.4, without "db.": ${sizesText}`,
            holds: isDatabaseSize(source.instanceType),
          },
          // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage
          whole('source.storageGiB', source.storageGiB, 20, 65_536),
          // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
          whole('source.backupDays', source.backupDays, 0, 35),
        ]
      : []),
    // https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html: 500 shards by default, the least of any region.
    ...(streams.capacity.kind === 'provisioned'
      ? [whole('streams.capacity.shards', streams.capacity.shards, 1, 500)]
      : []),
    whole('streams.retentionHours', streams.retentionHours, 24, 8_760),
    // https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
    whole('streams.batchSize', streams.batchSize, 1, 10_000),
    whole('streams.batchWindowSeconds', streams.batchWindowSeconds, 0, 300),
    whole('streams.retryAttempts', streams.retryAttempts, 0, 10_000),
    // Longer, and Kinesis has forgotten a record before it is abandoned.
    whole(
      'streams.maxRecordAgeMinutes',
      streams.maxRecordAgeMinutes,
      1,
      Math.min(10_080, streams.retentionHours * 60 - 1),
    ),
    // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    whole('tableEngine.memoryMiB', tableEngine.memoryMiB, 128, 10_240),
    ...batchLimits(batch),
  ];
}

function batchLimits(batch: BatchPart): Limit[] {
  if (batch.kind === 'manual') return [];
  const { engine } = batch;
  return [
    whole('batch.hour', batch.hour, 0, 23),
    whole('batch.memoryMiB', batch.memoryMiB, 128, 10_240),
    whole('batch.storageMiB', batch.storageMiB, 512, 10_240),
    ...(engine.kind === 'emr-serverless'
      ? [
          words('batch.engine.release', engine.release, EMR_RELEASES),
          // A driver and an executor, of 4 vCPUs and 16 GB each unless told otherwise; less and no job ever starts.
          // https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/jobs-spark.html#spark-defaults
          whole('batch.engine.maxVcpus', engine.maxVcpus, 8, 100_000),
          whole('batch.engine.maxMemoryGb', engine.maxMemoryGb, 32, 800_000),
        ]
      : []),
  ];
}

/** Checks zones as far as it can be done without asking AWS. @throws SettingError */
function checkZones(network: NetworkPart, region: string, makesCluster: boolean): void {
  if (network.kind === 'none') return;
  const { availabilityZones } = network;
  const strange = availabilityZones?.find(
    (zone) => !zone.startsWith(region) || zone.length !== region.length + 1,
  );
  if (strange !== undefined) {
    throw new SettingError(
      `The setting "availabilityZones" has "${strange}", which is no zone of the region ${region}: expected names like "${region}a". Give "-c availabilityZones=${region}a,…", or the region it is of by "-c region=…".`,
    );
  }
  const zones = availabilityZones?.length ?? (network as { readonly zones: number }).zones;
  if (makesCluster && TWO_ZONES.includes(region) && zones !== 2) {
    throw new SettingError(
      `The network has ${zones} zones in ${region}, where MSK takes two: expected another region ("-c region=…"), a stage of two zones, or a Kafka of your own ("-c kafkaBootstrapServers=…").`,
    );
  }
}

/**
 * Checks a stage for what AWS would refuse.
 *
 * @throws SettingError for the first value that AWS does not take.
 */
export function checkAwsLimits(stage: Stage): void {
  const { kafka } = stage;
  if (kafka.kind === 'msk' && kafka.capacity.kind === 'provisioned') checkBrokers(kafka.capacity);
  checkZones(stage.network, stage.region, kafka.kind === 'msk');
  const wrong = limitsOf(stage).find(({ holds }) => !holds);
  if (wrong !== undefined) {
    throw new SettingError(
      `The stage ${stage.name} has ${JSON.stringify(wrong.value)} as ${wrong.name}, which AWS is not known to take: expected ${wrong.expected}. Change it in lib/stages/${stage.name}.ts.`,
    );
  }
}

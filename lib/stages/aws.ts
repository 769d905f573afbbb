/**
 * What the stages on Amazon's AWS have in common: every part is made by the app unless the settings bring one that is
 * there already.
 */
import { checkAwsLimits } from './aws-limits';
import {
  readBatch,
  readConnect,
  readKafka,
  readNetwork,
  readPackage,
  readRestProxy,
  readSource,
  type MadeDailyBatch,
} from './aws-parts';
import { readPluginConfig, readRegion } from './common-settings';
import { readOperations } from './operations-settings';
import { oneOf, optionalText, SettingError, type SettingReader } from './settings';
import type {
  ClientHost,
  EmulatorSettings,
  KafkaPart,
  MadeNetwork,
  Msk,
  MskConnect,
  NetworkPart,
  RdsSource,
  Stage,
  StageName,
  TopicSettings,
} from './stage';
import type { WatchedOperations } from './stage-operations';

/** What a holder of a key may ask a day where the stage itself has no usage plan. */
const DAILY_REQUESTS = 1_000_000;

/** A stage's parts as the app makes them; the settings may bring others. */
export interface AwsDefaults extends Omit<
  Stage,
  | 'region'
  | 'network'
  | 'kafka'
  | 'connect'
  | 'restProxy'
  | 'source'
  | 'tableEngine'
  | 'batch'
  | 'data'
  | 'parked'
  | 'operations'
> {
  readonly name: Exclude<StageName, 'local'>;
  readonly network: MadeNetwork;
  readonly kafka: Msk;
  readonly connect: Omit<MskConnect, 'pluginZip'>;
  readonly restProxy: Omit<ClientHost, 'package'>;
  readonly source: RdsSource;
  readonly tableEngine: Omit<Stage['tableEngine'], 'package'>;
  readonly batch: MadeDailyBatch;
  readonly operations: WatchedOperations;
}

/**
 * A stage of these defaults and the settings, all of which may be left out:
 *
 * - `region`; `availabilityZones` (names joined by commas); `egress` (`nat-instance`, `nat-gateway`, `endpoints`);
 * - an existing VPC: `vpcId`, `privateSubnetIds` and `availabilityZones`, in the same order;
 * - `kafkaCapacity` (`provisioned`, `serverless`); `kafkaInstanceType` and `kafkaVersion` of brokers, as they go together
 *   in `broker-pairs.ts`; an existing cluster: `kafkaBootstrapServers`, with `kafkaClusterArn`
 *   where it asks for IAM;
 * - `connectClientSettings` (`connector`, `worker`); an existing Kafka Connect: `connectUrl`; an existing REST proxy: `restProxyUrl`;
 * - an existing MySQL: `databaseHost`, `databasePort` (3306), and `databaseSecretArn` with `databaseSecretKeyArn` where
 *   its secret is there; `databaseName`; `sourceSnapshot` (what a new database is restored from);
 * - `emulator` (`on`, `off`), `firewall` (`on`, `off`), `usagePlan` (`on`, `off`), `sshFrom` (an address range);
 * - `alarms` (`all`, or `effects`: none of early signs), `alarmEmail`, `monthlyBudgetUsd`, `runbookUrl` (where the runbook
 *   is, as alarms refer to it);
 * - `destroyData` (`true`: the data goes with its stacks), `parked` (`true`: only what holds data stays);
 * - `batchEngine` (`lambda`, `emr-serverless`, `none`: nothing is scheduled);
 * - `sinkPluginConfig` (a JSON file): the properties of another sink plugin, in `sinkPluginZip` or on the existing worker;
 * - `tableEnginePackage`, `sinkPluginZip`, `clientHostPackage`, `sparkPackage`: packages that are there already; what is
 *   not given is made when it is deployed.
 *
 * @throws SettingError when a setting cannot be used, or two do not go together.
 */
export function awsStage(defaults: AwsDefaults, read: SettingReader): Stage {
  const network = readNetwork(defaults.network, read);
  const kafka = readKafka(defaults.kafka, read);
  const emulator = readEmulator(defaults.emulator, read);
  const restProxy = readRestProxy(defaults.restProxy, read);
  const source = readSource(defaults.source, read);
  checkWayOut(network, emulator);
  const stage: Stage = {
    ...defaults,
    region: readRegion(read),
    network,
    kafka,
    topics: topicsOf(defaults.topics, kafka),
    connect: readConnect(defaults.connect, read),
    sink: { ...defaults.sink, pluginConfig: readPluginConfig(read) },
    restProxy,
    source,
    emulator,
    api: readApi(defaults.api, read),
    tableEngine: {
      ...defaults.tableEngine,
      package: readPackage(read, 'tableEnginePackage'),
    },
    data: readData(defaults, read),
    parked: readParked(defaults, read),
    batch: readBatch(defaults.batch, read),
    operations: readOperations(defaults.operations, read),
  };
  checkAwsLimits(stage);
  return stage;
}

/** MSK Serverless keeps three copies of everything. */
function topicsOf(topics: TopicSettings, kafka: KafkaPart): TopicSettings {
  const serverless = kafka.kind === 'msk' && kafka.capacity.kind === 'serverless';
  return serverless ? { ...topics, replicationFactor: 3 } : topics;
}

/** The data goes only where the stage's resources do, and the setting says so as well. @throws SettingError */
function readData({ name, statefulResources }: AwsDefaults, read: SettingReader): Stage['data'] {
  if (oneOf(read, 'destroyData', ['true', 'false'], 'false') === 'false') return 'keep';
  if (statefulResources === 'destroy') return 'destroy';
  throw new SettingError(
    `The setting "destroyData" is "true", but the stage ${name} keeps its data whatever happens: leave it out, and delete buckets, key and database by hand if they are to go.`,
  );
}

/** @throws SettingError when the stage cannot be parked. */
function readParked({ name, terminationProtection }: AwsDefaults, read: SettingReader): boolean {
  if (oneOf(read, 'parked', ['true', 'false'], 'false') === 'false') return false;
  const snapshot = optionalText(read, 'sourceSnapshot', 'the id or ARN of a snapshot');
  if (snapshot !== undefined) {
    throw new SettingError(
      `The setting "sourceSnapshot" is ${JSON.stringify(snapshot)}, but a parked stage has no database: give it when the stage is deployed again without "parked".`,
    );
  }
  if (!terminationProtection) return true;
  throw new SettingError(
    `The setting "parked" is "true", but the stacks of the stage ${name} are protected from deletion: only a stage like "dev" is parked.`,
  );
}

function readEmulator(made: EmulatorSettings, read: SettingReader): EmulatorSettings {
  const choice = oneOf(read, 'emulator', ['on', 'off'], made.scheduleEnabled ? 'on' : 'off');
  return { ...made, scheduleEnabled: choice === 'on' };
}

function readApi(made: Stage['api'], read: SettingReader): Stage['api'] {
  const { firewallRate, usagePlan, throttlingRate, throttlingBurst } = made;
  const isOn = (name: string, isMade: boolean): boolean =>
    oneOf(read, name, ['on', 'off'], isMade ? 'on' : 'off') === 'on';
  const plan = {
    requestsPerSecond: throttlingRate,
    burst: throttlingBurst,
    requestsPerDay: DAILY_REQUESTS,
  };
  return {
    ...made,
    firewallRate: isOn('firewall', firewallRate !== undefined) ? (firewallRate ?? 2_000) : undefined,
    usagePlan: isOn('usagePlan', usagePlan !== undefined) ? (usagePlan ?? plan) : undefined,
  };
}

/** @throws SettingError when the emulator is to run where nothing leads to the API. */
function checkWayOut(network: NetworkPart, emulator: EmulatorSettings): void {
  if (network.kind === 'made' && network.egress === 'endpoints' && emulator.scheduleEnabled) {
    throw new SettingError(
      'The emulator is on and the network has interface endpoints only: the emulator calls the public address of the API, to which no endpoint leads. Give "-c egress=nat-gateway" or "-c emulator=off".',
    );
  }
}

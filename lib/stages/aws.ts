/**
 * What the stages on Amazon's AWS have in common: every part is made by the app unless the settings bring one that is
 * there already.
 */
import { readApi } from './api';
import { checkAwsLimits } from './aws-limits';
import { readBatch, type DailyBatchSettings } from './batch';
import { readRegion } from './common-settings';
import { readConnect, type MskConnect } from './connect';
import { readKafka, type KafkaPart, type Msk, type TopicSettings } from './kafka';
import { readNetwork, type MadeNetwork, type NetworkPart } from './network';
import { readOperations, type AlarmOperations } from './operations';
import { readRestProxy, type ClientHost } from './rest-proxy';
import { oneOf, optionalFile, optionalText, SettingError, type SettingReader } from './settings';
import { readPluginConfig } from './sink';
import { readSource, type RdsSource } from './source';
import type { EmulatorSettings, Stage, StageName } from './stage';

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
  readonly batch: DailyBatchSettings;
  readonly operations: AlarmOperations;
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
 * - `tableEnginePackage`, `sinkPluginZip`, `clientHostPackage`, `sparkPackage`: packages that already exist; what is
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
    tableEngine: { ...defaults.tableEngine, package: optionalFile(read, 'tableEnginePackage', '.zip') },
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

/** @throws SettingError when the emulator is to run where nothing leads to the API. */
function checkWayOut(network: NetworkPart, emulator: EmulatorSettings): void {
  if (network.kind === 'made' && network.egress === 'endpoints' && emulator.scheduleEnabled) {
    throw new SettingError(
      'The emulator is on and the network has interface endpoints only: the emulator calls the public address of the API, to which no endpoint leads. Give "-c egress=nat-gateway" or "-c emulator=off".',
    );
  }
}

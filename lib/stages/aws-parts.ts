/** Which of the parts on Amazon's AWS are made and which are brought, as the settings say. */
import { isIPv4 } from 'node:net';
import { readDatabaseName } from './common-settings';
import {
  oneOf,
  optionalText,
  requiredBootstrapServers,
  requiredFile,
  requiredFolder,
  requiredHost,
  requiredPort,
  requiredUrl,
  SettingError,
  type SettingReader,
  unusable,
} from './settings';
import type {
  BatchPart,
  ClientHost,
  ConnectPart,
  DailyBatchSettings,
  EmrServerlessEngine,
  KafkaPart,
  MadeNetwork,
  Msk,
  MskConnect,
  NetworkPart,
  RdsSource,
  RestProxyPart,
  SourcePart,
} from './stage';

/** A snapshot of a database: an id, of RDS's own making with `rds:` before it, or an ARN. */
export const SNAPSHOT_PATTERN =
  '^(arn:aws[a-z-]*:rds:[a-z0-9-]+:[0-9]{12}:snapshot:)?(rds:)?[A-Za-z][A-Za-z0-9-]{0,254}$';

/** The text of a setting, if it is given. */
const given = (read: SettingReader, name: string): string | undefined => optionalText(read, name, 'a text');

/** Reads the folder of a package, if one is given. @throws SettingError when it is not there. */
export function readPackage(
  read: SettingReader,
  name: 'tableEnginePackage' | 'clientHostPackage' | 'sparkPackage',
): string | undefined {
  return given(read, name) === undefined ? undefined : requiredFolder(read, name);
}

/** @throws SettingError when one of these settings is given, which only mean something together with another. */
function refuse(read: SettingReader, names: readonly string[], why: string): void {
  for (const name of names) {
    const value = given(read, name);
    if (value !== undefined)
      throw new SettingError(`The setting "${name}" is ${JSON.stringify(value)}, but ${why}.`);
  }
}

function readList(
  read: SettingReader,
  name: string,
  pattern: RegExp,
  expected: string,
): string[] | undefined {
  const text = optionalText(read, name, expected);
  if (text === undefined) return undefined;
  const entries = text.split(',').map((entry) => entry.trim());
  if (!entries.every((entry) => pattern.test(entry)) || new Set(entries).size < entries.length)
    throw unusable(name, text, expected);
  return entries;
}

/** The network: the one made, or an existing VPC. @throws SettingError */
export function readNetwork(made: MadeNetwork, read: SettingReader): NetworkPart {
  const vpcId = given(read, 'vpcId');
  const zones = readList(
    read,
    'availabilityZones',
    /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/,
    'different zones joined by commas, for example "us-east-1a,us-east-1b"',
  );
  if (vpcId === undefined) {
    refuse(
      read,
      ['privateSubnetIds'],
      'it needs the VPC that the subnets are in: give "-c vpcId=…" as well, or neither',
    );
    if (zones !== undefined && zones.length !== made.zones) {
      throw unusable('availabilityZones', zones.join(','), `${made.zones} zones in this stage`);
    }
    const egress = oneOf(read, 'egress', ['nat-instance', 'nat-gateway', 'endpoints'], made.egress);
    return { ...made, egress, availabilityZones: zones };
  }
  if (!/^vpc-[0-9a-f]{8,17}$/.test(vpcId))
    throw unusable('vpcId', vpcId, 'the id of a VPC, for example "vpc-0123456789abcdef0"');
  refuse(
    read,
    ['egress'],
    'the VPC is an existing one, whose ways out are its own affair: leave one of the two out',
  );
  const expected =
    'ids of at least two private subnets, joined by commas, one for each of "availabilityZones"';
  const subnets = readList(read, 'privateSubnetIds', /^subnet-[0-9a-f]{8,17}$/, expected);
  if (subnets === undefined || zones === undefined || subnets.length !== zones.length || zones.length < 2) {
    throw new SettingError(
      `The VPC ${vpcId} is given with ${subnets?.length ?? 0} private subnets and ${zones?.length ?? 0} availability zones: expected as many of one as of the other, at least two. Give "-c privateSubnetIds=subnet-…,subnet-… -c availabilityZones=us-east-1a,us-east-1b", in the same order.`,
    );
  }
  return { kind: 'existing', vpcId, availabilityZones: zones, privateSubnetIds: subnets };
}

/** The cluster: the one made, of one capacity or the other, or an existing one. @throws SettingError */
export function readKafka(made: Msk, read: SettingReader): KafkaPart {
  if (given(read, 'kafkaBootstrapServers') === undefined) {
    refuse(
      read,
      ['kafkaClusterArn'],
      'it needs the brokers of that cluster: give "-c kafkaBootstrapServers=…" as well, or neither',
    );
    const fallback = made.capacity.kind;
    const kind = oneOf(read, 'kafkaCapacity', ['provisioned', 'serverless'], fallback);
    return {
      kind: 'msk',
      capacity: readBrokers(kind === fallback ? made.capacity : otherCapacity(kind), read),
    };
  }
  refuse(
    read,
    ['kafkaCapacity', ...BROKER_SETTINGS],
    'the cluster is an existing one: leave one of the two out',
  );
  const bootstrapServers = requiredBootstrapServers(read, 'kafkaBootstrapServers');
  const expected =
    'the ARN of an MSK cluster, for example "arn:aws:kafka:us-east-1:123456789012:cluster/name/uuid"';
  const clusterArn = optionalText(read, 'kafkaClusterArn', expected);
  if (clusterArn === undefined) return { kind: 'external', bootstrapServers, auth: { kind: 'none' } };
  if (!/^arn:aws[a-z-]*:kafka:[a-z0-9-]+:\d{12}:cluster\/[^/]+\/[^/]+$/.test(clusterArn))
    throw unusable('kafkaClusterArn', clusterArn, expected);
  return { kind: 'external', bootstrapServers, auth: { kind: 'iam', clusterArn } };
}

const BROKER_SETTINGS = ['kafkaInstanceType', 'kafkaVersion'] as const;

/** Brokers of another size or version, which is checked with the rest of the stage. @throws SettingError */
function readBrokers(made: Msk['capacity'], read: SettingReader): Msk['capacity'] {
  if (made.kind === 'serverless') {
    refuse(
      read,
      BROKER_SETTINGS,
      "the brokers of a serverless cluster are Amazon's own affair: leave it out",
    );
    return made;
  }
  return {
    ...made,
    instanceType: given(read, 'kafkaInstanceType') ?? made.instanceType,
    kafkaVersion: given(read, 'kafkaVersion') ?? made.kafkaVersion,
  };
}

/** A stage's own capacity is described in full; of the other there is nothing to describe but a size to begin with. */
function otherCapacity(kind: 'provisioned' | 'serverless'): Msk['capacity'] {
  return kind === 'serverless'
    ? { kind }
    : {
        kind,
        instanceType: 'kafka.m7g.large',
        storageGiB: 10,
        kafkaVersion: '3.9.x.kraft',
        monitoring: 'DEFAULT',
      };
}

/** MSK Connect, or an existing worker. @throws SettingError */
export function readConnect(made: Omit<MskConnect, 'pluginZip'>, read: SettingReader): ConnectPart {
  if (given(read, 'connectUrl') === undefined) {
    const zip = given(read, 'sinkPluginZip');
    if (zip === undefined) {
      refuse(read, ['sinkPluginConfig'], 'the plugin is that of this repository: give its "sinkPluginZip"');
    }
    return {
      ...made,
      clientSettings: oneOf(read, 'connectClientSettings', ['connector', 'worker'], made.clientSettings),
      pluginZip: zip === undefined ? undefined : requiredFile(read, 'sinkPluginZip', '.zip'),
    };
  }
  refuse(
    read,
    ['connectClientSettings'],
    'the Connect worker is an existing one, which is set up already: leave one of the two out',
  );
  refuse(
    read,
    ['sinkPluginZip'],
    'the Connect worker is an existing one, which has its plugins: leave one out',
  );
  return { kind: 'external', url: requiredUrl(read, 'connectUrl') };
}

/** The client host, or an existing proxy. @throws SettingError */
export function readRestProxy(made: Omit<ClientHost, 'package'>, read: SettingReader): RestProxyPart {
  if (given(read, 'restProxyUrl') !== undefined) {
    refuse(
      read,
      ['sshFrom', 'clientHostPackage'],
      'with an existing REST proxy there is no client host: leave one of the two out',
    );
    return { kind: 'external', url: requiredUrl(read, 'restProxyUrl') };
  }
  const folder = readPackage(read, 'clientHostPackage');
  return { ...made, package: folder, sshFrom: readAddressRange(read, 'sshFrom') };
}

/** An IPv4 range of at most a /16: whatever is larger is no longer somebody's own. */
function readAddressRange(read: SettingReader, name: string): string | undefined {
  const expected = 'an IPv4 address range from /16 to /32, for example "203.0.113.7/32"';
  const text = optionalText(read, name, expected);
  if (text === undefined) return undefined;
  const [address = '', length = ''] = text.split('/');
  if (!isIPv4(address) || !/^\d{2}$/.test(length) || Number(length) < 16 || Number(length) > 32)
    throw unusable(name, text, expected);
  return text;
}

/** The database made, or an existing one. @throws SettingError */
export function readSource(made: RdsSource, read: SettingReader): SourcePart {
  const database = readDatabaseName(read, made.database);
  if (given(read, 'databaseHost') === undefined) {
    refuse(
      read,
      ['databasePort', 'databaseSecretArn', 'databaseSecretKeyArn'],
      'it needs the server that it belongs to: give "-c databaseHost=…" as well, or neither',
    );
    return { ...made, database, snapshot: readSnapshot(read) };
  }
  refuse(read, ['sourceSnapshot'], 'the database is an existing one: leave one of the two out');
  const expected =
    'the ARN of a secret, for example "arn:aws:secretsmanager:us-east-1:123456789012:secret:name-AbCdEf"';
  const secretArn = optionalText(read, 'databaseSecretArn', expected);
  if (
    secretArn !== undefined &&
    !/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+-\w{6}$/.test(secretArn)
  )
    throw unusable('databaseSecretArn', secretArn, expected);
  const keyArn = given(read, 'databaseSecretKeyArn');
  if (secretArn === undefined)
    refuse(
      read,
      ['databaseSecretKeyArn'],
      'it needs the secret that the key encrypts: give "-c databaseSecretArn=…"',
    );
  return {
    kind: 'external',
    host: requiredHost(read, 'databaseHost'),
    port: requiredPort((name) => read(name) ?? 3306, 'databasePort'),
    database,
    credentials: secretArn === undefined ? { kind: 'generated' } : { kind: 'existing', secretArn, keyArn },
  };
}

/** Reads the id or ARN of a snapshot of a database. */
function readSnapshot(read: SettingReader): string | undefined {
  const expected =
    'the id or ARN of a snapshot of an RDS database, for example one that "npm run pipeline -- snapshots" lists';
  const snapshot = optionalText(read, 'sourceSnapshot', expected);
  if (snapshot !== undefined && !new RegExp(SNAPSHOT_PATTERN).test(snapshot))
    throw unusable('sourceSnapshot', snapshot, expected);
  return snapshot;
}

/** The daily batch as the app makes it. */
export interface MadeDailyBatch extends Omit<DailyBatchSettings, 'engine'> {
  readonly engine: DailyBatchSettings['engine'] | Omit<EmrServerlessEngine, 'package'>;
}

/** What Spark on EMR Serverless may take where the stage itself has another engine. */
const SMALL_SPARK = {
  kind: 'emr-serverless',
  release: 'emr-spark-8.1.0',
  maxVcpus: 8,
  maxMemoryGb: 32,
} as const;

/** The daily batch with the engine that is chosen, or none. @throws SettingError */
export function readBatch(made: MadeDailyBatch, read: SettingReader): BatchPart {
  const fallback = made.engine.kind;
  const choice = oneOf(read, 'batchEngine', ['lambda', 'emr-serverless', 'none'], fallback);
  if (choice !== 'emr-serverless') {
    refuse(
      read,
      ['sparkPackage'],
      'the batch does not run on Spark: leave it out, or give "-c batchEngine=emr-serverless"',
    );
    return choice === 'none' ? { kind: 'manual' } : { ...made, engine: { kind: 'lambda' } };
  }
  const folder = readPackage(read, 'sparkPackage');
  const engine = made.engine.kind === 'emr-serverless' ? made.engine : SMALL_SPARK;
  return { ...made, engine: { ...engine, package: folder } };
}

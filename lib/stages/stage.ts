/**
 * A stage: everything that may differ between two deployments of the same app, as one typed object.
 *
 * Each outside part is a union told apart by `kind`. A part that the app makes itself becomes a further member of its
 * union; the constructs that use the part then no longer compile until they handle it.
 */
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { LAMBDA_PYTHONS } from '../packaging/package-files';
import type { ApiSettings } from './stage-api';
import type { OperationsPart } from './stage-operations';

/** The names of the stages there are. A stack's name contains its stage's. */
export type StageName = 'local' | 'dev' | 'prod';

/** No network: every part is reached over the machine's own. */
export interface NoNetwork {
  readonly kind: 'none';
}

/** A VPC of the app's own, with private subnets only reached from within. */
export interface MadeNetwork {
  readonly kind: 'made';
  /** The address range, for example `10.60.0.0/16`. */
  readonly cidr: string;
  /** In how many availability zones there are subnets. */
  readonly zones: 2 | 3;
  /**
   * The names of the zones.
   *
   * @default the region's first ones
   */
  readonly availabilityZones?: readonly string[];
  /**
   * How private subnets reach AWS beyond S3: by one small NAT instance (cheapest), by a NAT gateway, or by interface
   * endpoints, with no way to the internet at all. See `docs/adr/0005-network.md`.
   */
  readonly egress: 'nat-instance' | 'nat-gateway' | 'endpoints';
}

/** A VPC that is there already. Its private subnets must have a way to AWS's services. */
export interface ExistingNetwork {
  readonly kind: 'existing';
  readonly vpcId: string;
  /** Zones and private subnets in the same order, one subnet a zone, at least two. */
  readonly availabilityZones: readonly string[];
  readonly privateSubnetIds: readonly string[];
}

/** Where everything is that has a private address. */
export type NetworkPart = NoNetwork | MadeNetwork | ExistingNetwork;

/** How clients prove who they are: not at all, or by IAM over TLS. */
export type KafkaAuth = { readonly kind: 'none' } | { readonly kind: 'iam'; readonly clusterArn: string };

/** A Kafka cluster that is there already. */
export interface ExternalKafka {
  readonly kind: 'external';
  /** `host:port`, several joined by commas. */
  readonly bootstrapServers: string;
  readonly auth: KafkaAuth;
}

/** Brokers of a size, two or three of them, one a zone. */
export interface ProvisionedBrokers {
  readonly kind: 'provisioned';
  /** For example `kafka.m7g.large`; which go with which version: `broker-pairs.ts`. */
  readonly instanceType: string;
  /** GiB of a broker's disk. May be raised later, never lowered. */
  readonly storageGiB: number;
  /** MSK's name of a Kafka version, for example `3.9.x.kraft`. */
  readonly kafkaVersion: string;
  /** How finely MSK measures; beyond `DEFAULT` each metric costs. */
  readonly monitoring: 'DEFAULT' | 'PER_BROKER' | 'PER_TOPIC_PER_BROKER';
}

/** MSK Serverless. */
export interface ServerlessBrokers {
  readonly kind: 'serverless';
}

/** A cluster of the app's own: IAM only, TLS only, no public address. */
export interface Msk {
  readonly kind: 'msk';
  readonly capacity: ProvisionedBrokers | ServerlessBrokers;
}

/** Where the topics live. */
export type KafkaPart = Msk | ExternalKafka;

/** A Kafka Connect worker that is there already, with the sink's plugin on its plugin path. */
export interface ExternalConnect {
  readonly kind: 'external';
  /** The base URL of its REST interface, without a trailing slash. */
  readonly url: string;
}

/** Who sets up Kafka's clients for the sink. */
export type ClientSettings = 'connector' | 'worker';

/** MSK Connect, with the plugin of this repository. */
export interface MskConnect {
  readonly kind: 'msk-connect';
  /** MSK Connect's name of a version, for example `3.7.x`. */
  readonly version: string;
  /**
   * The plugin's zip, as the local run loads it.
   *
   * @default made when it is deployed
   */
  readonly pluginZip?: string;
  readonly workers: number;
  /** MSK Connect units of a worker: a virtual processor and 4 GiB each. */
  readonly unitsPerWorker: 1 | 2 | 4 | 8;
  /**
   * Who sets up Kafka's clients: the connector, whose consumer group then outlives a connector that is replaced; or the
   * worker, should MSK Connect refuse what the connector overrides. A connector that is replaced then begins with a new
   * consumer group: `docs/adr/0006-sink-on-msk-connect.md`.
   */
  readonly clientSettings: ClientSettings;
}

/** Where the S3 sink runs. */
export type ConnectPart = MskConnect | ExternalConnect;

/** A Kafka REST proxy that is there already. */
export interface ExternalRestProxy {
  readonly kind: 'external';
  /** Its base URL as the API reaches it, without a trailing slash. */
  readonly url: string;
}

/** The REST proxy on the client host, behind an internal load balancer. */
export interface ClientHost {
  readonly kind: 'client-host';
  /** The proxy's port. */
  readonly port: number;
  /** An arm64 instance type, for example `t4g.small`. */
  readonly instanceType: string;
  /** GiB of its disk. */
  readonly diskGiB: number;
  /**
   * The folder with what is put on the host: proxy, Kafka's tools, `aws-msk-iam-auth`, and their checksums.
   *
   * @default made when it is deployed
   */
  readonly package?: string;
  /**
   * The address range that may open SSH, never the whole world.
   *
   * @default none: Session Manager only
   */
  readonly sshFrom?: string;
}

/** What the API forwards to. */
export type RestProxyPart = ClientHost | ExternalRestProxy;

/** How an external MySQL server is entered. */
export type SourceCredentials =
  /** The app makes them; the server has to be given them. */
  | { readonly kind: 'generated' }
  /** A secret that is there, JSON as RDS writes it: `username`, `password`, `host`, `port`, `dbname`. */
  | { readonly kind: 'existing'; readonly secretArn: string; readonly keyArn?: string };

/** A MySQL server that is there already. */
export interface ExternalSource {
  readonly kind: 'external';
  readonly host: string;
  readonly port: number;
  /** The name of the database (schema). */
  readonly database: string;
  readonly credentials: SourceCredentials;
}

/** A MySQL server of the app's own, filled with generated posts. */
export interface RdsSource {
  readonly kind: 'rds';
  /** For example `t4g.micro`. */
  readonly instanceType: string;
  readonly storageGiB: number;
  /** Whether there is a standby in another zone. */
  readonly multiAz: boolean;
  /** Days for which backups are kept. */
  readonly backupDays: number;
  /** The name of the database (schema). */
  readonly database: string;
  /** Generated posts that it is filled with. */
  readonly seedPosts: number;
  /**
   * The snapshot, by id or ARN, that a server which is not there yet is restored from, with what is in it. One that is
   * there keeps what it was made of: `docs/adr/0009-parking.md`.
   *
   * @default none: a new server is filled with generated posts
   */
  readonly snapshot?: string;
}

/** Where the posts come from. */
export type SourcePart = RdsSource | ExternalSource;

/** How the topics are laid out. */
export interface TopicSettings {
  /** Partitions of each feed's topic. May be raised later, never lowered. */
  readonly partitions: number;
  /** Copies of each partition, at most the number of brokers. */
  readonly replicationFactor: number;
}

/** When a file is cut: whichever of the three is reached first. */
export interface SinkFlush {
  readonly flushRecords: number;
  readonly flushBytes: number;
  /** Milliseconds since a file's first record. */
  readonly flushIntervalMs: number;
}

/** The S3 sink. */
export interface SinkSettings extends SinkFlush {
  /**
   * The configuration of another plugin than this repository's, by property: all that the pipeline does not set itself.
   * `${bucket}`, `${region}` and `${s3Endpoint}` stand for what they name.
   *
   * @default none: this repository's plugin, in `engines/s3-sink-connector/`
   */
  readonly pluginConfig?: Readonly<Record<string, string>>;
  /** Connect tasks, at most one for each partition of the three topics. */
  readonly tasksMax: number;
}

/** The schedule on which the emulator runs, and what one run does. */
export interface EmulatorSettings {
  /** Whether the schedule fires. The function can be invoked either way. */
  readonly scheduleEnabled: boolean;
  /** Where it sends to, each by a schedule of its own. */
  readonly destinations: readonly ('topics' | 'streams')[];
  /** Minutes between two runs. */
  readonly everyMinutes: number;
  /** Seed of the random draw. */
  readonly seed: number;
  /** Posts sent by one run. */
  readonly postsPerRun: number;
  /** Posts per second within a run. */
  readonly rate: number;
}

/** A stream with a fixed number of shards, each of 1 MB or 1,000 records a second. */
export interface ProvisionedCapacity {
  readonly kind: 'provisioned';
  /** Shards of each feed's stream. */
  readonly shards: number;
}

/** A stream whose shards Kinesis adds and merges by itself. */
export interface OnDemandCapacity {
  readonly kind: 'on-demand';
}

/** How much a stream can take. */
export type StreamCapacity = ProvisionedCapacity | OnDemandCapacity;

/** The streams, and how the functions that append read them. */
export interface StreamSettings {
  readonly capacity: StreamCapacity;
  /** Hours for which a record can be read again, 24 to 8760. */
  readonly retentionHours: number;
  /** Records of one invocation at most, 1 to 10000. */
  readonly batchSize: number;
  /** Seconds for which an invocation waits for a full batch, 0 to 300. */
  readonly batchWindowSeconds: number;
  /** How often a batch that failed is tried again, 0 to 10000. */
  readonly retryAttempts: number;
  /** Minutes after which a record that fails is given up, 1 to 10080 and less than the retention. */
  readonly maxRecordAgeMinutes: number;
  /** Days for which records that were given up are kept. */
  readonly failureRetentionDays: number;
  /** Whether Lambda counts what it polls, fails and gives up: seven metrics a feed, which cost while records flow. */
  readonly countsEvents: boolean;
}

/** The table engine's functions. */
export interface TableEngineSettings {
  /**
   * The folder with the package: handlers, `table_engine`, `feeds`, `sql` and the installed wheels.
   *
   * @default made when it is deployed
   */
  readonly package?: string;
  /** The processor that the package's wheels are for. */
  readonly architecture: 'arm64' | 'x86_64';
  /** The Python version that the package's wheels are for. */
  readonly python: (typeof LAMBDA_PYTHONS)[number];
  /** Memory of a function in MiB; processor time follows from it. */
  readonly memoryMiB: number;
  /** Minutes between two runs of the table care: checkpoint, compaction, vacuum. */
  readonly careEveryMinutes: number;
}

/** Nothing is scheduled: the command line runs the batch. */
export interface ManualBatch {
  readonly kind: 'manual';
}

/** Raw files are cleaned by DuckDB in a Lambda function: at most 15 minutes a day, 10 GiB of memory and as much on disk. */
export interface LambdaEngine {
  readonly kind: 'lambda';
}

/** Raw files are cleaned by Spark on EMR Serverless, which costs nothing while it does not run. */
export interface EmrServerlessEngine {
  readonly kind: 'emr-serverless';
  /** For example `emr-spark-8.1.0`, which has Spark 4.1; the package's jars have to be for that Spark. */
  readonly release: string;
  /** Virtual processors that a run may take at most. */
  readonly maxVcpus: number;
  /** GB of memory that a run may take at most. */
  readonly maxMemoryGb: number;
  /**
   * The folder with the job: `main.py`, `python/` (packages, `feeds`, `sql`) and `jars/`.
   *
   * @default made when it is deployed
   */
  readonly package?: string;
}

/** A run of the batch path every day: batch, answers, reconciliation, care of the tables. */
export interface DailyBatchSettings {
  readonly kind: 'daily';
  /** The hour at which it begins, UTC, 0 to 23. */
  readonly hour: number;
  readonly engine: LambdaEngine | EmrServerlessEngine;
  /** MiB of memory of each of its functions, 128 to 10240. */
  readonly memoryMiB: number;
  /** MiB of temporary storage of each of its functions, 512 to 10240. */
  readonly storageMiB: number;
  /** Gigabytes that one Athena query over the tables may read. */
  readonly scanLimitGigabytes: number;
}

/** Who runs the batch path. */
export type BatchPart = ManualBatch | DailyBatchSettings;

/** A stage's settings. */
export interface Stage {
  readonly name: StageName;
  /** The AWS region, for example `us-east-1`. */
  readonly region: string;
  /**
   * The base URL of an AWS that is not Amazon's, without a trailing slash.
   *
   * @default none: the real AWS.
   */
  readonly awsEndpointUrl?: string;
  readonly network: NetworkPart;
  readonly kafka: KafkaPart;
  readonly topics: TopicSettings;
  readonly connect: ConnectPart;
  readonly sink: SinkSettings;
  readonly restProxy: RestProxyPart;
  readonly api: ApiSettings;
  readonly source: SourcePart;
  readonly emulator: EmulatorSettings;
  readonly streams: StreamSettings;
  readonly tableEngine: TableEngineSettings;
  readonly batch: BatchPart;
  readonly operations: OperationsPart;
  /** What encrypts data at rest: a key of the app's own, or those that AWS keeps. */
  readonly encryption: 'customer-key' | 'aws-managed';
  /** What becomes of stateful resources when their stack is deleted. */
  readonly statefulResources: 'destroy' | 'retain';
  /**
   * What becomes of the data itself (buckets, the key that encrypts them, the database) when its stack is deleted: it is
   * kept, the database as a snapshot; it goes where there is nothing in it; or it goes with all that is in it.
   */
  readonly data: 'keep' | 'destroy-if-empty' | 'destroy';
  /** Whether only what holds data is there, and what works on it without a network: `docs/adr/0009-parking.md`. */
  readonly parked: boolean;
  /** Whether stacks refuse to be deleted until that is switched off. */
  readonly terminationProtection: boolean;
  /** How long logs are kept. */
  readonly logRetention: RetentionDays;
}

/**
 * A stage: everything that may differ between two deployments of the same app, as one typed object.
 *
 * Each outside part is a union told apart by `kind`. A part that the app makes itself becomes a further member of its
 * union; the constructs that use the part then no longer compile until they handle it.
 */
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** The names of the stages there are. A stack's name contains its stage's. */
export type StageName = 'local';

/** A Kafka cluster that is there already and is reached without authentication. */
export interface ExternalKafka {
  readonly kind: 'external';
  /** `host:port`, several joined by commas. */
  readonly bootstrapServers: string;
}
/** Where the topics live. */
export type KafkaPart = ExternalKafka;

/** A Kafka Connect worker that is there already, with the sink's plugin on its plugin path. */
export interface ExternalConnect {
  readonly kind: 'external';
  /** The base URL of its REST interface, without a trailing slash. */
  readonly url: string;
}
/** Where the S3 sink runs. */
export type ConnectPart = ExternalConnect;

/** A Kafka REST proxy that is there already. */
export interface ExternalRestProxy {
  readonly kind: 'external';
  /** Its base URL as the API reaches it, without a trailing slash. */
  readonly url: string;
}
/** What the API forwards to. */
export type RestProxyPart = ExternalRestProxy;

/** A MySQL server that is there already. The app makes the credentials; the server has to be given them. */
export interface ExternalSource {
  readonly kind: 'external';
  readonly host: string;
  readonly port: number;
  /** The name of the database (schema). */
  readonly database: string;
}
/** Where the posts come from. */
export type SourcePart = ExternalSource;

/** How the topics are laid out. */
export interface TopicSettings {
  /** Partitions of each feed's topic. May be raised later, never lowered. */
  readonly partitions: number;
  /** Copies of each partition, at most the number of brokers. */
  readonly replicationFactor: number;
}

/** Which S3 sink plugin the Connect worker has. */
export type SinkPlugin = OwnSinkPlugin | AivenSinkPlugin | ConfluentSinkPlugin;

/** The plugin of this repository, in `s3-sink-connector/`. */
export interface OwnSinkPlugin {
  readonly kind: 'own';
}

/** Aiven's S3 sink (2.15 or later). */
export interface AivenSinkPlugin {
  readonly kind: 'aiven';
  /**
   * References to a configuration provider of the worker, never the keys themselves, for example
   * `${env:AWS_ACCESS_KEY_ID}`.
   *
   * @default none: the plugin's default credential chain, which releases before 3 do not have.
   */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Confluent's S3 sink (10 or later). */
export interface ConfluentSinkPlugin {
  readonly kind: 'confluent';
}

/** When a file is cut: whichever of the three is reached first. */
export interface SinkSettings {
  readonly plugin: SinkPlugin;
  /** Connect tasks, at most one for each partition of the three topics. */
  readonly tasksMax: number;
  readonly flushRecords: number;
  readonly flushBytes: number;
  /** Milliseconds since a file's first record. */
  readonly flushIntervalMs: number;
}

/** The schedule on which the emulator runs, and what one run does. */
export interface EmulatorSettings {
  /** Whether the schedule fires. The function can be invoked either way. */
  readonly scheduleEnabled: boolean;
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
}

/** The table engine's functions. */
export interface TableEngineSettings {
  /** The folder with the package: handlers, `table_engine`, `feeds`, `sql` and the installed wheels. */
  readonly package: string;
  /** The processor that the package's wheels are for. */
  readonly architecture: 'arm64' | 'x86_64';
  /** The Python version that the package's wheels are for. */
  readonly python: '3.11' | '3.12' | '3.13';
  /** Memory of a function in MiB; processor time follows from it. */
  readonly memoryMiB: number;
  /** Minutes between two runs of the table care: checkpoint, compaction, vacuum. */
  readonly careEveryMinutes: number;
}

/** Limits of the API, over all callers. */
export interface ApiSettings {
  /** Requests per second. */
  readonly throttlingRate: number;
  /** Requests at once. */
  readonly throttlingBurst: number;
}

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
  /** What becomes of stateful resources when their stack is deleted. */
  readonly statefulResources: 'destroy' | 'retain';
  /** How long logs are kept. */
  readonly logRetention: RetentionDays;
}

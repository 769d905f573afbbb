/**
 * A stage: everything that may differ between two deployments of the same app, as one typed object.
 *
 * Each outside part is a union told apart by `kind`. A part that the app makes itself becomes a further member of its
 * union; the constructs that use the part then no longer compile until they handle it.
 */
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ApiSettings } from './api';
import type { BatchPart } from './batch';
import type { ConnectPart } from './connect';
import type { KafkaPart, TopicSettings } from './kafka';
import type { NetworkPart } from './network';
import type { OperationsPart } from './operations';
import type { RestProxyPart } from './rest-proxy';
import type { SinkSettings } from './sink';
import type { SourcePart } from './source';
import type { StreamSettings, TableEngineSettings } from './streams';

/** The names of the stages there are. A stack's name contains its stage's. */
export type StageName = 'local' | 'dev' | 'prod';

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

/** The streams, and the functions that append their records to the tables. */
import type { LAMBDA_PYTHONS } from '../packaging/package-files';

/** A stream with a fixed number of shards, each of 1 MB or 1,000 records a second. */
export interface ProvisionedCapacity {
  readonly kind: 'provisioned';
  /** Shards of each feed's stream. */
  readonly shards: number;
}

/** How much a stream can take; on demand, Kinesis adds and merges shards by itself. */
export type StreamCapacity = ProvisionedCapacity | { readonly kind: 'on-demand' };

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
  /** Minutes after which a record that fails is abandoned, 1 to 10080 and less than the retention. */
  readonly maxRecordAgeMinutes: number;
  /** Days for which records that were abandoned are kept. */
  readonly failureRetentionDays: number;
  /** Whether Lambda counts what it polls, fails and abandons: seven metrics a feed, which cost while records flow. */
  readonly countsEvents: boolean;
}

/** The table engine's functions. */
export interface TableEngineSettings {
  /**
   * The zip with the package: handlers, `table_engine`, `feeds`, `sql` and the installed wheels.
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
  /** Minutes between two runs of the tables' maintenance: checkpoint, compaction, vacuum. */
  readonly maintenanceEveryMinutes: number;
}

/** How posts flow: one sample of every station, cheap enough for every second. */
import type { FeedName } from '../../services/contract';
import type { Latency } from './documents.generated';

/** The stations, in the order of the flow: the batch path, then the streaming path. */
export const STATIONS = [
  ...['source', 'emulator', 'api', 'rest-proxy', 'topics', 'sink', 'raw-files', 'batch', 'tables'],
  ...['streams', 'functions', 'stream-tables'],
] as const;

/** What is known of a station; null where the side cannot know it. Counts are records, over all feeds. */
export interface StationSample {
  /** How many have come this far since the pipeline was made. */
  readonly total: number | null;
  /** How many wait in front of this station. */
  readonly lag: number | null;
  /** When the newest row came, ISO 8601. */
  readonly newest: string | null;
}

/** One sample. */
export interface FlowSample {
  /** ISO 8601. */
  readonly at: string;
  readonly stations: Readonly<Record<(typeof STATIONS)[number], StationSample>>;
  /** From arrival to row, of the newest commits, in seconds; null while there are none. */
  readonly latency: { readonly batch: Latency | null; readonly stream: Latency | null };
  /** Rows in quarantine, of both paths. */
  readonly quarantined: number | null;
}

/** Whose newest records. */
export interface BrowseOptions {
  readonly of: 'topic' | 'stream';
  readonly feed: FeedName;
  /** How many, over all partitions or shards. Default: 20. */
  readonly newest?: number;
}

/** A record of a topic or of a stream. */
export interface BrowsedRecord {
  /** `0`, or the shard's id. */
  readonly partition: string;
  /** The offset or the sequence number. */
  readonly position: string;
  readonly key: string | null;
  /** ISO 8601. */
  readonly time: string;
  /** As text, cut after 100,000 bytes, with a mark; bytes that are no UTF-8 are replaced. Null: a record without a value. */
  readonly value: string | null;
}

/** Where a row was found on its way. */
export interface TraceStep {
  readonly station: (typeof STATIONS)[number] | 'quarantine';
  readonly feed: FeedName;
  /** Where exactly, for example `pinterest.pin, partition 1, offset 41`, or the key of a raw file and its line. */
  readonly place: string;
  /** What is there: the row as JSON, or the raw line. */
  readonly value: string | null;
  /** Of a reject, why. */
  readonly reason?: string;
}

/** A row's way through the pipeline, on both paths, in the order of the flow. */
export interface Trace {
  readonly ind: number;
  readonly batch: readonly TraceStep[];
  readonly stream: readonly TraceStep[];
}

/** A refused record. */
export interface Reject {
  /** `dead-letters`: it was meant for a topic of no feed. */
  readonly feed: FeedName | 'dead-letters';
  readonly path: 'batch' | 'stream';
  readonly reason: string;
  /** Where it came from: a raw file and line, a shard and sequence number, a topic's offset. */
  readonly position: string;
  /** Cut after 100,000 characters, with a mark. */
  readonly raw: string | null;
  /** ISO 8601, where it is known. */
  readonly time: string | null;
}

/** How many rejects. */
export interface RejectsOptions {
  /** How many of the newest. Default: 20. */
  readonly newest?: number;
}

/** Which post. */
export interface TraceOptions {
  /** The row number. */
  readonly ind: number;
}

/** What the quarantine holds, and dead-letter records that are on their way to it. */
export interface Rejects {
  readonly counts: readonly {
    readonly feed: Reject['feed'];
    readonly path: 'batch' | 'stream';
    readonly reason: string;
    readonly rows: number;
  }[];
  /** The newest ones. */
  readonly newest: readonly Reject[];
}

/** What is known of how a pipeline is doing. */
import type { FeedName } from '../../services/contract';
import type { RecentFigures } from './documents.generated';
import type { ShardLag } from './kinesis-lag';

/** The state of one part: `detail` is an address or state when it is up, the reason when it is down. */
export interface PartStatus {
  readonly part: string;
  readonly up: boolean;
  readonly detail: string;
}

/** How far one feed has come. All figures are counts. */
export interface FeedStatus {
  readonly feed: FeedName;
  readonly sent: number;
  readonly topic: number;
  /** Records of the topic that the sink has not stored yet. */
  readonly sinkLag: number;
  readonly partitions: readonly PartitionStatus[];
  readonly rawFiles: number;
  readonly rawLines: number;
  /** Raw lines that no batch has read yet. */
  readonly pendingLines: number;
  readonly table: number;
  readonly quarantine: number;
}

/** How far a partition of a topic is stored. */
export interface PartitionStatus {
  readonly partition: number;
  /** The offset one past its last record. */
  readonly end: number;
  /** Records that the sink has not stored yet. */
  readonly lag: number;
}

/** How the streaming path of one feed is doing. */
export interface StreamStatus {
  readonly feed: FeedName;
  readonly table: string;
  readonly rows: number;
  readonly quarantine: number;
  /** Records of each shard that are not in the table yet. */
  readonly lag: readonly ShardLag[];
  /** Rates, latency and the state of the table; null when there is no table yet. */
  readonly recent: RecentFigures | null;
}

/** A stack of a stage on AWS. */
export interface StackState {
  readonly name: string;
  /** As CloudFormation says it. */
  readonly state: string;
  /** The last change, ISO 8601; null when CloudFormation says none. */
  readonly changed: string | null;
}

/** What is known of a pipeline: of the local run what its parts say, of a stage on AWS what AWS says. */
export interface Status {
  readonly stage: string;
  readonly userId: string;
  /** Of the local run, like the next four. */
  readonly apiUrl?: string;
  readonly sinkBucket?: string;
  readonly parts?: readonly PartStatus[];
  /** Null when Kafka or the tables cannot be read. */
  readonly feeds?: readonly FeedStatus[] | null;
  /** Null when the streams cannot be read. */
  readonly streams?: readonly StreamStatus[] | null;
  /** Why the local AWS cannot be asked, and what to do; only `parts` is then known besides, by the processes. */
  readonly problem?: string;
  /** Of a stage on AWS, like all that follow. */
  readonly region?: string;
  /** Every stack is whole, and no alarm is on. */
  readonly ok?: boolean;
  readonly stacks?: readonly StackState[];
  /** The names of the alarms that are on; each is a heading of `docs/runbook.md` after the first `/`. */
  readonly alarms?: readonly string[];
  /** When the newest answers were made, ISO 8601; null when there are none. */
  readonly answersMade?: string | null;
}

/** The status of the local run when all can be asked. */
export type LocalStatus = Status &
  Required<Pick<Status, 'apiUrl' | 'sinkBucket' | 'parts' | 'feeds' | 'streams'>>;

/** The status of a stage on AWS. */
export type StageStatus = Status &
  Required<Pick<Status, 'region' | 'ok' | 'stacks' | 'alarms' | 'answersMade'>>;

/** Whether all is up, whole and quiet. */
export function isStatusWell({ ok = true, problem, parts = [] }: Status): boolean {
  return ok && problem === undefined && parts.every(({ up }) => up);
}

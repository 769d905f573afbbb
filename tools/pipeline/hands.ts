/** What a person does to a running pipeline with their own hands: its parts, its emulator, a broken record. */
import type { FeedName } from '../../services/contract';

/** A process of the local run. */
export interface PartState {
  readonly name: string;
  /** `frozen`: stopped by SIGSTOP. `starting`: it has died, and is being started again. */
  readonly state: 'up' | 'starting' | 'frozen' | 'down';
  readonly pid: number | null;
  readonly logFile: string;
  /** The last lines of its log. */
  readonly log: readonly string[];
}

/** What can be done to a part: SIGKILL, SIGSTOP, SIGCONT, or an orderly stop after which it is started again. */
export const PART_ACTIONS = ['kill', 'freeze', 'thaw', 'restart'] as const;

/** One action on one part. */
export interface PartAction {
  readonly part: string;
  readonly action: (typeof PART_ACTIONS)[number];
}

/** The emulator of `npm start`. */
export interface EmulatorState {
  readonly paused: boolean;
  /** Posts a second; 0: as fast as they go. */
  readonly rate: number;
}

/** What is wrong with a record that is sent for trial. */
export const BROKEN_KINDS = ['not-json', 'no-row-number', 'bad-column'] as const;

/** A broken record to send. */
export interface BrokenRecord {
  readonly feed: FeedName;
  readonly kind: (typeof BROKEN_KINDS)[number];
  readonly to: 'topics' | 'streams';
}

/** A broken record that was sent. */
export interface SentBroken extends BrokenRecord {
  /** Where it was acknowledged: `pinterest.pin, partition 1, offset 41`, or stream, shard and sequence number. */
  readonly place: string;
  /** What was sent, as JSON. */
  readonly value: string;
}

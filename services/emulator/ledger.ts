/**
 * The ledger: what the emulator sent, and where it was acknowledged. It tells the reconciliation what must arrive, and
 * the next call of the same run where to continue (`resume-point.ts`). `docs/reference/storage.md` describes the objects.
 */
import type { FeedName } from '../contract';
import type { EmulatorMode } from './options';
import type { StreamAcknowledgement } from './stream-destination';
import type { TopicAcknowledgement } from './topic-destination';

/** Places of acknowledged records, in the topics or in the streams. */
export type Acknowledgement = TopicAcknowledgement | StreamAcknowledgement;

/** Common fields of a line. */
export interface LedgerEntry {
  readonly run: string;
  readonly seed: number;
  readonly mode: EmulatorMode;
  /** The batch's first position in the run's sequence, and the one after its last. */
  readonly from: number;
  readonly to: number;
  readonly feed: FeedName;
  /** Records; less than `to` - `from` when rows are missing in the source. */
  readonly sent: number;
  readonly acknowledged: number;
  /** Records not acknowledged, including `refused`. */
  readonly failed: number;
  /** Permanently refused records, which a later call skips. Absent: 0. */
  readonly refused?: number;
  /** Requests made. */
  readonly attempts: number;
  /** When the response was received, ISO 8601, UTC. */
  readonly at: string;
}

/** A line of a run to the topics. */
export type TopicLedgerLine = LedgerEntry & TopicAcknowledgement;

/** A line of a run to the streams. */
export type StreamLedgerLine = LedgerEntry & StreamAcknowledgement;

/** One line: one batch of one feed. */
export type LedgerLine = TopicLedgerLine | StreamLedgerLine;

/** Sequence numbers have eight digits. */
export const MAX_SEQUENCE = 99_999_999;

/** The folder of a run's objects. */
export function ledgerPrefix(run: string): string {
  return `sent/${run}/`;
}

/** The name of a run's object. */
export function ledgerName(run: string, sequence: number): string {
  return `${ledgerPrefix(run)}${String(sequence).padStart(8, '0')}.jsonl`;
}

/** The sequence number in an object's name, or -1. */
export function sequenceOf(name: string): number {
  return Number(/(\d{8})\.jsonl$/.exec(name)?.[1] ?? -1);
}

/** The report of an emulation. */
import type { FeedName } from '../contract';
import type { EmulatorDestination, EmulatorMode } from './options';

/** Counts of one feed's records. `sent` = `acknowledged` + `failed`; `retried` ones were sent more than once. */
export interface FeedReport {
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly retried: number;
}

/** Result of an emulation, as JSON. */
export interface EmulatorReport {
  readonly run: string;
  readonly destination: EmulatorDestination;
  readonly mode: EmulatorMode;
  readonly seed: number;
  /** The positions sent: `from` inclusive, `to` exclusive. */
  readonly from: number;
  readonly to: number;
  /** Posts sent, `to` - `from`. */
  readonly posts: number;
  /** Posts in the source. */
  readonly available: number;
  readonly feeds: Readonly<Record<FeedName, FeedReport>>;
  /** Posts sent without a row in at least one table. */
  readonly incomplete: number;
  readonly seconds: number;
  /** Posts per second. */
  readonly rate: number;
  /** Why it ended: complete, stopped by the signal, or failed. */
  readonly ended: 'done' | 'stopped' | 'failed';
  /**
   * True when every record sent was acknowledged, the ledger is written, and only a signal may have ended the run
   * early.
   */
  readonly ok: boolean;
  /** Warnings about the source, a sentence each. They do not fail the run. */
  readonly warnings: readonly string[];
  /** Problems, a sentence each. */
  readonly problems: readonly string[];
}

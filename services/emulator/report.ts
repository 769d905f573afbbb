/** What an emulation reports. */
import type { FeedName } from '../contract';
import type { EmulatorDestination, EmulatorMode } from './options';

/** Counts of one feed's records. `sent` = `acknowledged` + `failed`; `retried` ones were sent more than once. */
export interface FeedReport {
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly retried: number;
}

/** What an emulation did, as JSON. */
export interface EmulatorReport {
  readonly run: string;
  readonly destination: EmulatorDestination;
  readonly mode: EmulatorMode;
  readonly seed: number;
  /** The positions that were sent: `from` included, `to` excluded. */
  readonly from: number;
  readonly to: number;
  /** Posts sent, `to` - `from`. */
  readonly posts: number;
  /** Posts the source holds. */
  readonly available: number;
  readonly feeds: Readonly<Record<FeedName, FeedReport>>;
  /** Posts sent without a row in at least one table. */
  readonly incomplete: number;
  readonly seconds: number;
  /** Posts per second. */
  readonly rate: number;
  /** Why it ended: everything asked for was sent, the signal came, or something is wrong. */
  readonly ended: 'done' | 'stopped' | 'failed';
  /** True when every record sent was acknowledged, the ledger is written and nothing ended the run early but a signal. */
  readonly ok: boolean;
  /** What is odd about the source, a sentence each. Does not make the run fail. */
  readonly warnings: readonly string[];
  /** What went wrong, a sentence each. */
  readonly problems: readonly string[];
}

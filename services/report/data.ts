/** What a report shows. `ReportFacts` is the part of the table engine's document of this name that the report uses. */
import type { FeedName } from '../contract';
import type { Answer } from '../charts/answer';

/** A feed on one path, as the reconciliation counted it. */
export interface Counts {
  readonly feed: FeedName;
  readonly sent: number;
  readonly acknowledged: number;
  readonly table: number;
  readonly quarantine: number;
  readonly onTheWay: number;
  readonly missing: number;
  readonly duplicate: number;
  readonly findings: readonly string[];
}

/** What the table engine keeps for the report (`report-facts`). */
export interface ReportFacts {
  /** The number of the newest batch, null before the first. */
  readonly batch: number | null;
  readonly reconciliation: {
    readonly ok: boolean;
    readonly feeds: readonly Counts[];
    readonly streams: readonly Counts[];
  };
  /** The most frequent first. */
  readonly quarantine: readonly {
    readonly feed: FeedName;
    readonly source: string;
    readonly reason: string;
    readonly rows: number;
  }[];
  /** ISO 8601, null without rows. */
  readonly newest: readonly {
    readonly feed: FeedName;
    readonly batch: string | null;
    readonly stream: string | null;
  }[];
  /** The SQL by question. */
  readonly questions: Readonly<Record<string, string>>;
}

/** What a report is made of. */
export interface ReportData {
  /** When the report is made, ISO 8601. */
  readonly made: string;
  /** Null while there are none. When they, and the facts, were made is in ISO 8601. */
  readonly answers: { readonly made: string; readonly answers: readonly Answer[] } | null;
  /** Null while nothing was reconciled. */
  readonly facts: (ReportFacts & { readonly made: string }) | null;
}

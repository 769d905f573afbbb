/** SQL over the tables of a pipeline, read only. */

/** A query: one SELECT in the dialect of the side, DuckDB's locally and Athena's (Trino) on AWS. */
export interface QueryOptions {
  readonly sql: string;
  /** At most so many rows are returned; the rest is cut off and `truncated` set. Default: 1000. */
  readonly maxRows?: number;
}

/** A column of a result or of a table. */
export interface QueryColumn {
  readonly name: string;
  /** As the engine names it, for example `VARCHAR`. */
  readonly type: string;
}

/** A value of a row. What JSON has no form for (times, decimals) is text. */
export type QueryValue = string | number | boolean | null;

/** The result of a query. */
export interface QueryResult {
  readonly columns: readonly QueryColumn[];
  readonly rows: readonly (readonly QueryValue[])[];
  /** Whether there were more rows. */
  readonly truncated: boolean;
  readonly seconds: number;
}

/** A table that queries may read. */
export interface QueryTable {
  readonly name: string;
  /** A sentence without a full stop. */
  readonly description: string;
  /** Empty when the table is not there yet. */
  readonly columns: readonly QueryColumn[];
}

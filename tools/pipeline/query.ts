/** SQL over the tables of a pipeline, read only. */
import type { Deployment } from './deployment';
import type { QueryResult, QueryTable, QueryTables } from './documents.generated';
import { type TableEngineOptions, runTableEngine, TableEngineFailure } from './table-engine';

export type { QueryColumn, QueryResult, QueryTable } from './documents.generated';

/** A query: one SELECT in the dialect of the side, DuckDB's locally and Athena's (Trino) on AWS. */
export interface QueryOptions {
  readonly sql: string;
  /** At most so many rows are returned; the rest is cut off and `truncated` set. Default: 1000. */
  readonly maxRows?: number;
}

/** A value of a row. What JSON has no form for (times, decimals) is text. */
export type QueryValue = QueryResult['rows'][number][number];

/** How many rows a query returns unless it says otherwise. */
export const MOST_ROWS = 1000;

/**
 * Asks the tables of a deployment by DuckDB.
 *
 * @throws Error with DuckDB's own sentence, or the engine's, when the statement cannot be used.
 */
export async function query(
  deployment: Deployment,
  { sql, maxRows = MOST_ROWS }: QueryOptions,
  options: TableEngineOptions,
): Promise<QueryResult> {
  try {
    const args = ['--rows', String(maxRows)];
    return await runTableEngine<QueryResult>(deployment, 'query', { ...options, args, input: [sql] });
  } catch (error) {
    if (error instanceof TableEngineFailure) throw new Error(error.said, { cause: error });
    throw error;
  }
}

/** The tables that queries may read, whether they are there or not. */
export async function tables(deployment: Deployment, options: TableEngineOptions): Promise<QueryTable[]> {
  return (await runTableEngine<QueryTables>(deployment, 'tables', options)).tables;
}

/** `sql --stage`: Athena answers, over the stage's Glue database and within the limits of its workgroup. */
import {
  AthenaClient,
  GetQueryExecutionCommand,
  paginateGetQueryResults,
  paginateListTableMetadata,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
  type QueryExecution,
} from '@aws-sdk/client-athena';
import { setTimeout as sleep } from 'node:timers/promises';
import { asSentence } from '../../services/source/sentence';
import type { StageAws } from '../pipeline/deployment';
import type { Control } from '../pipeline/pipeline';
import {
  MOST_ROWS,
  type QueryColumn,
  type QueryOptions,
  type QueryResult,
  type QueryTable,
  type QueryValue,
} from '../pipeline/query';
import { requireReading } from './read-only-sql';
import { stackOutput } from './stage-aws';

const CATALOG = 'AwsDataCatalog';
/** The most rows that Athena returns at a time. */
const PAGE = 1000;

/**
 * Runs a statement and waits for its result. An abort also stops the query in Athena.
 *
 * @param pauseMs between two looks, in milliseconds.
 * @throws Error with Athena's own reason when the query fails; when the statement is none that only reads.
 */
export async function queryOnStage(
  stage: StageAws,
  { sql, maxRows = MOST_ROWS }: QueryOptions,
  { signal }: Control,
  pauseMs = 500,
): Promise<QueryResult> {
  requireReading(sql);
  const started = Date.now();
  const [database, workGroup] = await Promise.all([
    stackOutput(stage, 'CatalogDatabaseName'),
    stackOutput(stage, 'QueryWorkGroupName'),
  ]);
  const client = new AthenaClient(stage.aws);
  try {
    signal.throwIfAborted();
    const { QueryExecutionId: id } = await client.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        QueryExecutionContext: { Catalog: CATALOG, Database: database },
        WorkGroup: workGroup,
      }),
    );
    await ended(client, id, signal, pauseMs);
    return { ...(await results(client, id, maxRows, signal)), seconds: (Date.now() - started) / 1000 };
  } finally {
    client.destroy();
  }
}

async function ended(
  client: AthenaClient,
  id: string | undefined,
  signal: AbortSignal,
  pauseMs: number,
): Promise<void> {
  try {
    for (;;) {
      const { QueryExecution: query } = await client.send(
        new GetQueryExecutionCommand({ QueryExecutionId: id }),
        { abortSignal: signal },
      );
      const state = query?.Status?.State;
      if (state === 'SUCCEEDED') return;
      if (state === 'FAILED' || state === 'CANCELLED') throw new Error(failure(query));
      await sleep(pauseMs, undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted) await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
    throw error;
  }
}

function failure(query: QueryExecution | undefined): string {
  const { State, StateChangeReason } = query?.Status ?? {};
  return StateChangeReason === undefined
    ? `The query ${query?.QueryExecutionId ?? ''} ended in Athena with ${State ?? 'no state'}; no reason is given.`
    : asSentence(StateChangeReason);
}

async function results(
  client: AthenaClient,
  id: string | undefined,
  maxRows: number,
  signal: AbortSignal,
): Promise<Omit<QueryResult, 'seconds'>> {
  let columns: QueryColumn[] = [];
  const rows: QueryValue[][] = [];
  let isFirst = true;
  // The row of names that Athena puts before those of a SELECT, and one that shows that there are more.
  const config = { client, pageSize: Math.min(PAGE, maxRows + 2) };
  for await (const { ResultSet } of paginateGetQueryResults(config, { QueryExecutionId: id })) {
    signal.throwIfAborted();
    const found = (ResultSet?.Rows ?? []).map(({ Data = [] }) => Data.map((datum) => datum.VarCharValue));
    if (isFirst) {
      columns = (ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name = '', Type = '' }) => ({
        name: Name,
        type: Type,
      }));
      if (columns.length > 0 && columns.every(({ name }, place) => found[0]?.[place] === name)) found.shift();
    }
    isFirst = false;
    rows.push(...found.map((row) => columns.map(({ type }, place) => valueOf(row[place], type))));
    if (rows.length > maxRows) break;
  }
  return { columns, rows: rows.slice(0, maxRows), truncated: rows.length > maxRows };
}

/** A value, which Athena gives as text. */
function valueOf(text: string | undefined, type: string): QueryValue {
  if (text === undefined) return null;
  if (type === 'boolean') return text === 'true';
  const number = Number(text);
  const isWhole = /^(?:tinyint|smallint|integer|bigint)$/.test(type) && Number.isSafeInteger(number);
  return isWhole || (/^(?:float|real|double)$/.test(type) && Number.isFinite(number)) ? number : text;
}

const DESCRIPTIONS: readonly (readonly [RegExp, string])[] = [
  [/^(pin|geo|user)$/, 'each $1 once, from the batch path'],
  [/^.*_(pin|geo|user)_table$/, 'each record of the $1 stream once'],
  [/^quarantine$/, 'rejected records of both paths, with the reason'],
];

/** The tables of the stage's Glue database, with the columns that it shows for them. */
export async function tablesOfStage(stage: StageAws): Promise<QueryTable[]> {
  const DatabaseName = await stackOutput(stage, 'CatalogDatabaseName');
  const client = new AthenaClient(stage.aws);
  try {
    const tables: QueryTable[] = [];
    for await (const page of paginateListTableMetadata({ client }, { CatalogName: CATALOG, DatabaseName })) {
      for (const { Name: name = '', Columns = [] } of page.TableMetadataList ?? []) {
        const [pattern, text] = DESCRIPTIONS.find(([known]) => known.test(name)) ?? [/^.*$/, ''];
        const columns = Columns.map((column) => ({ name: column.Name ?? '', type: column.Type ?? '' }));
        tables.push({ name, description: name.replace(pattern, text), columns });
      }
    }
    return tables;
  } finally {
    client.destroy();
  }
}

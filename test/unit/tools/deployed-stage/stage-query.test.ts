import type { Control } from '../../../../tools/pipeline/pipeline';
import type { QueryOptions, QueryResult } from '../../../../tools/pipeline/query';
import { queryOnStage, tablesOfStage } from '../../../../tools/deployed-stage/stage-query';
import { type AwsAnswer, ScriptedAws, stacksAnswer } from './scripted-aws';

let aws: ScriptedAws;
const never = new AbortController().signal;

const state = (State: string, StateChangeReason?: string): AwsAnswer => ({
  body: JSON.stringify({ QueryExecution: { QueryExecutionId: 'q1', Status: { State, StateChangeReason } } }),
});

const page = (
  columns: Readonly<Record<string, string>>,
  rows: readonly (readonly (string | null)[])[],
  NextToken?: string,
): AwsAnswer => ({
  body: JSON.stringify({
    NextToken,
    ResultSet: {
      Rows: rows.map((row) => ({ Data: row.map((text) => (text === null ? {} : { VarCharValue: text })) })),
      ResultSetMetadata: { ColumnInfo: Object.entries(columns).map(([Name, Type]) => ({ Name, Type })) },
    },
  }),
});

const ask = (options: QueryOptions, signal = never): Promise<QueryResult> =>
  queryOnStage(aws.stage(), options, { signal, tell: () => undefined } satisfies Control, 1);

const operations = (): string[] => aws.requests.map(({ operation }) => operation);
const inputOf = (name: string): unknown => aws.requests.find(({ operation }) => operation === name)?.input;

beforeEach(async () => {
  aws = await ScriptedAws.start();
  const outputs = { CatalogDatabaseName: 'pinterest_dev', QueryWorkGroupName: 'pinterest-dev' };
  aws.answers.set('DescribeStacks', stacksAnswer({ 'pinterest-dev-batch': outputs }));
  aws.answers.set('StartQueryExecution', { body: '{"QueryExecutionId":"q1"}' });
  aws.answers.set('StopQueryExecution', { body: '{}' });
});
afterEach(() => aws.stop());

test('a query is started in the workgroup of the stage, waited for and read, by the types of its columns', async () => {
  aws.answers.set('GetQueryExecution', [state('QUEUED'), state('RUNNING'), state('SUCCEEDED')]);
  const columns = {
    n: 'bigint',
    big: 'bigint',
    d: 'double',
    x: 'double',
    ok: 'boolean',
    at: 'timestamp',
    no: 'integer',
  };
  const values = ['7', '9007199254740993', '1.5', 'NaN', 'true', '2026-01-31 12:00:00.000 UTC', null];
  aws.answers.set('GetQueryResults', page(columns, [Object.keys(columns), values]));
  expect(await ask({ sql: 'SELECT 1' })).toEqual({
    columns: Object.entries(columns).map(([name, type]) => ({ name, type })),
    rows: [[7, '9007199254740993', 1.5, 'NaN', true, '2026-01-31 12:00:00.000 UTC', null]],
    truncated: false,
    seconds: expect.any(Number) as number,
  });
  expect(inputOf('StartQueryExecution')).toMatchObject({
    QueryString: 'SELECT 1',
    QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: 'pinterest_dev' },
    WorkGroup: 'pinterest-dev',
  });
  expect(operations().filter((name) => name === 'GetQueryExecution')).toHaveLength(3);
});

test('what has no row of names keeps its first row', async () => {
  aws.answers.set('GetQueryExecution', state('SUCCEEDED'));
  aws.answers.set('GetQueryResults', page({ tab_name: 'string' }, [['geo'], ['pin']]));
  expect((await ask({ sql: 'SHOW TABLES' })).rows).toEqual([['geo'], ['pin']]);
});

test('pages are read until there are rows enough', async () => {
  aws.answers.set('GetQueryExecution', state('SUCCEEDED'));
  const pages = [page({ n: 'integer' }, [['n'], ['1']], 'b'), page({ n: 'integer' }, [['2'], ['3']], 'c')];
  aws.answers.set('GetQueryResults', [...pages, page({ n: 'integer' }, [['4']])]);
  expect(await ask({ sql: 'SELECT n', maxRows: 2 })).toMatchObject({ rows: [[1], [2]], truncated: true });
  expect(operations().filter((name) => name === 'GetQueryResults')).toHaveLength(2);
  aws.answers.set('GetQueryResults', [...pages, page({ n: 'integer' }, [['4']])]);
  expect(await ask({ sql: 'SELECT n', maxRows: 4 })).toMatchObject({
    rows: [[1], [2], [3], [4]],
    truncated: false,
  });
});

test('a query that fails is told with the reason of Athena', async () => {
  aws.answers.set(
    'GetQueryExecution',
    state('FAILED', "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved"),
  );
  await expect(ask({ sql: 'SELECT x' })).rejects.toThrow(
    "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved.",
  );
  aws.answers.set('GetQueryExecution', state('CANCELLED'));
  await expect(ask({ sql: 'SELECT x' })).rejects.toThrow('The query q1 ended in Athena with CANCELLED');
  const body = '{"__type":"InvalidRequestException","message":"line 1:1: mismatched input"}';
  aws.answers.set('StartQueryExecution', { status: 400, body });
  await expect(ask({ sql: 'SELECT x' })).rejects.toThrow('line 1:1: mismatched input');
});

test('an abort stops the query in Athena too', async () => {
  const control = new AbortController();
  aws.answers.set('GetQueryExecution', () => {
    setImmediate(() => {
      control.abort();
    });
    return state('RUNNING');
  });
  await expect(ask({ sql: 'SELECT 1' }, control.signal)).rejects.toThrow('abort');
  expect(inputOf('StopQueryExecution')).toEqual({ QueryExecutionId: 'q1' });
});

test('what does not only read is not sent', async () => {
  await expect(ask({ sql: 'DROP TABLE pin' })).rejects.toThrow('begins with "DROP"');
  expect(operations()).toEqual([]);
});

test('the tables are those of the Glue database', async () => {
  const table = (Name: string): object => ({ Name, Columns: [{ Name: 'ind', Type: 'int' }] });
  const lists = [
    { TableMetadataList: [table('pin'), table('me_geo_table')], NextToken: 'b' },
    { TableMetadataList: [table('quarantine'), table('own')] },
  ];
  aws.answers.set(
    'ListTableMetadata',
    lists.map((list) => ({ body: JSON.stringify(list) })),
  );
  const columns = [{ name: 'ind', type: 'int' }];
  expect(await tablesOfStage(aws.stage())).toEqual([
    { name: 'pin', description: 'each pin once, from the batch path', columns },
    { name: 'me_geo_table', description: 'each record of the geo stream once', columns },
    { name: 'quarantine', description: 'rejected records of both paths, with the reason', columns },
    { name: 'own', description: '', columns },
  ]);
  expect(inputOf('ListTableMetadata')).toMatchObject({ DatabaseName: 'pinterest_dev' });
});

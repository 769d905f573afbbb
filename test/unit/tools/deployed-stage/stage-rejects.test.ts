import { rejectsOnStage } from '../../../../tools/deployed-stage/stage-rejects';
import { ScriptedAws, stacksAnswer } from './scripted-aws';

let aws: ScriptedAws;
const control = { signal: new AbortController().signal, tell: () => undefined };

beforeEach(async () => {
  aws = await ScriptedAws.start();
  const outputs = { CatalogDatabaseName: 'pinterest_dev', QueryWorkGroupName: 'pinterest-dev' };
  aws.answers.set('DescribeStacks', stacksAnswer({ 'pinterest-dev-batch': outputs }));
  aws.answers.set('StartQueryExecution', { body: '{"QueryExecutionId":"q1"}' });
  aws.answers.set('GetQueryExecution', {
    body: '{"QueryExecution":{"QueryExecutionId":"q1","Status":{"State":"SUCCEEDED"}}}',
  });
});
afterEach(() => aws.stop());

test('the quarantine is counted and its newest rows are read, by two queries', async () => {
  const result = (rows: Readonly<Record<string, string | null>>): { body: string } => ({
    body: JSON.stringify({
      ResultSet: {
        Rows: [Object.keys(rows), Object.values(rows)].map((values) => ({
          Data: values.map((value) => (value === null ? {} : { VarCharValue: value })),
        })),
        ResultSetMetadata: {
          ColumnInfo: Object.keys(rows).map((Name) => ({
            Name,
            Type: Name === 'refused' ? 'bigint' : 'varchar',
          })),
        },
      },
    }),
  });
  const refused = { feed: 'pin', path: 'stream', reason: 'no row number' };
  const at = '2026-01-31T12:00:00.000000Z';
  aws.answers.set('GetQueryResults', [
    result({ ...refused, refused: '12' }),
    result({ ...refused, position: 'shard-0:7', raw: null, at }),
  ]);
  const { newest, counts } = await rejectsOnStage(aws.stage(), 5, control, 1);
  expect(counts).toEqual([{ ...refused, rows: 12 }]);
  expect(newest).toEqual([{ ...refused, position: 'shard-0:7', raw: null, time: at }]);
  const asked = aws.requests
    .filter(({ operation }) => operation === 'StartQueryExecution')
    .map(({ input }) => (input as { QueryString: string }).QueryString);
  expect(asked).toEqual([
    expect.stringMatching(/count\(\*\).*FROM quarantine GROUP BY/),
    expect.stringMatching(/raw_text.*FROM quarantine ORDER BY quarantined_at DESC.*LIMIT 5$/),
  ]);
});

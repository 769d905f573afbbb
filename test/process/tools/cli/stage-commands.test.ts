/** The commands for a stage on AWS as processes of their own, against a server that plays AWS. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { invocation, ScriptedAws, stacksAnswer } from '../../../unit/tools/deployed-stage/scripted-aws';

const PROJECT = path.join(__dirname, '../../../..');

let aws: ScriptedAws;

beforeEach(async () => {
  aws = await ScriptedAws.start();
  aws.answers.set(
    'DescribeStacks',
    stacksAnswer({
      'me-dev-emulator': { EmulatorFunctionName: 'sender' },
      'me-dev-storage': { SinkBucketName: 'sink' },
      'me-dev-stream': { ReplayFunctionName: 'replayer' },
      'me-dev-batch': {
        DailyBatchArn: 'arn:machine',
        ReconcileFunctionName: 'counter',
        CatalogDatabaseName: 'me_dev',
        QueryWorkGroupName: 'me-dev',
      },
    }),
  );
});
afterEach(() => aws.stop());

/** Runs the command line to its end. */
async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = { AWS_ACCESS_KEY_ID: 'TEST', AWS_SECRET_ACCESS_KEY: 'test' },
  input = '',
): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'tools/cli/pipeline.ts', ...args], {
    cwd: PROJECT,
    env: {
      PATH: '/usr/bin:/bin',
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: 'eu-west-1',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '1',
      ...env,
    },
  });
  child.stdin.end(input);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}

const stage = ['--stage', 'dev', '--user-id', 'me'];

test('emulate prints the function’s report, and ends by whether all arrived', async () => {
  const feed = { sent: 5, acknowledged: 4, failed: 1, retried: 0 };
  const report = {
    ...{ run: 'random-3', destination: 'streams', mode: 'random', seed: 3, from: 0, to: 5, posts: 5 },
    ...{ available: 9, feeds: { pin: feed, geo: feed, user: feed }, incomplete: 0, seconds: 1, rate: 5 },
    ...{ ended: 'done', ok: true, warnings: [], problems: [] },
  };
  aws.answers.set(invocation('sender'), { body: JSON.stringify(report) });
  const args = ['emulate', ...stage, '--posts', '5', '--seed', '3', '--to', 'streams'];
  const well = await run(args);
  expect(well).toMatchObject({ code: 0, err: '' });
  expect(well.out).toContain('Run random-3 to the streams (random, seed 3) done: 5 posts in 1.0 s');
  expect(aws.requests.at(-1)?.input).toEqual({ destination: 'streams', mode: 'random', seed: 3, posts: 5 });
  aws.answers.set(invocation('sender'), { body: JSON.stringify({ ...report, ok: false }) });
  const wrong = await run([...args, '--json']);
  expect([wrong.code, JSON.parse(wrong.out)]).toEqual([1, { ...report, ok: false }]);
});

test('sql prints the result of each statement, of the argument or of a pipe, and fails with the reason of Athena', async () => {
  const state = (status: object): { body: string } => ({
    body: JSON.stringify({ QueryExecution: { Status: status } }),
  });
  const row = (text: string): object => ({ Data: [{ VarCharValue: text }] });
  const columns = { ColumnInfo: [{ Name: 'n', Type: 'integer' }] };
  aws.answers.set('StartQueryExecution', { body: '{"QueryExecutionId":"q"}' });
  aws.answers.set('GetQueryExecution', state({ State: 'SUCCEEDED' }));
  aws.answers.set('GetQueryResults', {
    body: JSON.stringify({ ResultSet: { Rows: [row('n'), row('1'), row('2')], ResultSetMetadata: columns } }),
  });
  const single = await run(['sql', ...stage, '--csv', '--rows', '1', 'SELECT n']);
  expect([single.code, single.out]).toEqual([0, 'n\n1\n']);
  expect(single.err).toContain('The first 1 rows; there are more');
  const piped = await run(['sql', ...stage, '--csv'], undefined, "SELECT ';'; -- two\nSELECT 2");
  expect(piped).toEqual({ code: 0, out: 'n\n1\n2\nn\n1\n2\n', err: '' });
  const sent = aws.requests.filter(({ operation }) => operation === 'StartQueryExecution');
  expect(sent.map(({ input }) => input.QueryString)).toEqual(['SELECT n', "SELECT ';'", ' -- two\nSELECT 2']);
  aws.answers.set('GetQueryExecution', state({ State: 'FAILED', StateChangeReason: 'line 1:8: no' }));
  expect(await run(['sql', ...stage, 'SELECT x'])).toEqual({ code: 1, out: '', err: 'line 1:8: no.\n' });
  expect((await run(['sql', ...stage, '--csv', '--json', 'SELECT 1'])).code).toBe(2);
});

test('reconcile prints what the function counts, and ends by whether all is stored once', async () => {
  const row = {
    ...{
      feed: 'pin',
      sent: 9,
      acknowledged: 6,
      topic: null,
      unacknowledged: null,
      deadLetters: null,
      raw: 6,
    },
    ...{ pending: 0, table: 6, quarantine: 0, missing: 3, duplicate: 0, onTheWay: 0, outsideRawFiles: 0 },
    findings: ['3 sent, but never acknowledged'],
  };
  const found = { ok: false, feeds: [row], streams: [] };
  aws.answers.set(invocation('counter'), { body: JSON.stringify(found) });
  const text = await run(['reconcile', ...stage]);
  expect([text.code, text.out]).toEqual([
    1,
    expect.stringContaining('pin: 3 sent, but never acknowledged\n'),
  ]);
  const json = await run(['reconcile', ...stage, '--json']);
  expect([json.code, JSON.parse(json.out)]).toEqual([1, found]);
});

test('doctor prints its lines or a list, and ends by whether all is well', async () => {
  aws.answers.set('GetCallerIdentity', {
    status: 403,
    body: '<ErrorResponse><Error><Code>ExpiredToken</Code><Message>Gone.</Message></Error></ErrorResponse>',
  });
  const text = await run(['doctor', ...stage]);
  expect([text.code, text.out, text.err]).toEqual([
    1,
    expect.stringMatching(/^failed +credentials +Gone\. -> .*\n\n0 ok, 1 failed\n$/),
    '',
  ]);
  const list = await run(['doctor', ...stage, '--json']);
  expect([list.code, JSON.parse(list.out)]).toEqual([
    1,
    [{ check: 'credentials', status: 'failed', seen: 'Gone.', remedy: expect.any(String) as string }],
  ]);
  expect((await run(['doctor', '--stage', 'test'])).code).toBe(2);
  expect((await run(['doctor', '--region', 'eu-west-1'])).code).toBe(2);
});

test('options of the local pipeline alone, and stages that there are not, are refused', async () => {
  const engine = await run(['answers', ...stage, '--engine', 'duckdb']);
  expect([engine.code, engine.err]).toEqual([
    2,
    expect.stringContaining("option '--engine' cannot be used with --stage dev"),
  ]);
  const other = await run(['emulate', '--stage', 'test']);
  expect([other.code, other.err]).toEqual([
    2,
    expect.stringContaining('Allowed choices are local, dev, prod'),
  ]);
  expect(aws.requests).toEqual([]);
});

test('without credentials, or a deployed stage, it is told what is expected', async () => {
  const anonymous = await run(['answers', ...stage], {});
  expect([anonymous.code, anonymous.err]).toEqual([
    1,
    expect.stringMatching(/^No AWS credentials were found .*AWS_PROFILE/),
  ]);
  const elsewhere = await run(['answers', '--stage', 'prod', '--user-id', 'me']);
  expect([elsewhere.code, elsewhere.err]).toEqual([
    1,
    expect.stringContaining('No stack named me-prod-* is in eu-west-1'),
  ]);
});

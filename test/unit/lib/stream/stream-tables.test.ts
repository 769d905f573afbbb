import type { Template } from 'aws-cdk-lib/assertions';
import type { StreamSettings, TableEngineSettings } from '../../../../lib/stages';
import { deployment, pipeline, resourcesOf, statementsOf, type Statement } from '../synth';

function stream(
  settings: { streams?: Partial<StreamSettings>; tableEngine?: Partial<TableEngineSettings> } = {},
): Template {
  const { userId, stage } = deployment();
  return pipeline({
    userId,
    stage: {
      ...stage,
      streams: { ...stage.streams, ...settings.streams },
      tableEngine: { ...stage.tableEngine, ...settings.tableEngine },
    },
  }).templates.stream;
}

const template = stream();

interface FunctionProperties {
  readonly Handler: string;
  readonly Runtime: string;
  readonly Architectures: string[];
  readonly MemorySize: number;
  readonly Timeout: number;
  readonly Code: unknown;
  readonly Environment: { readonly Variables: Record<string, unknown> };
}

const functionsOf = (made: Template): [string, FunctionProperties][] =>
  resourcesOf(made, 'AWS::Lambda::Function').map(([id, { Properties }]) => [
    id,
    Properties as unknown as FunctionProperties,
  ]);

test.each([
  [{ architecture: 'arm64', python: '3.13', memoryMiB: 1024 }, 'arm64', 'python3.13', 1024],
  [{ architecture: 'x86_64', python: '3.12', memoryMiB: 768 }, 'x86_64', 'python3.12', 768],
] as const)('the functions run as the stage says (%j)', (tableEngine, architecture, runtime, memory) => {
  for (const [, made] of functionsOf(stream({ tableEngine }))) {
    const own = made.Handler === 'replay.handler' ? 3008 : memory;
    expect([made.Architectures, made.Runtime, made.MemorySize]).toEqual([[architecture], runtime, own]);
  }
});

const mappings = (made: Template): Record<string, unknown>[] =>
  resourcesOf(made, 'AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => ({ ...Properties }));

test('batch, retries and age are the stage’s, and none is without end', () => {
  const streams = { batchSize: 300, batchWindowSeconds: 5, retryAttempts: 9, maxRecordAgeMinutes: 30 };
  for (const mapping of mappings(stream({ streams }))) {
    expect(mapping).toMatchObject({
      BatchSize: 300,
      MaximumBatchingWindowInSeconds: 5,
      MaximumRetryAttempts: 9,
      MaximumRecordAgeInSeconds: 1800,
      BisectBatchOnFunctionError: true,
    });
  }
  for (const mapping of mappings(template)) {
    expect(mapping.MaximumRetryAttempts).toBeGreaterThan(0);
    expect(mapping.MaximumRecordAgeInSeconds).toBeGreaterThan(0);
  }
});

test('a record is sent to the failures bucket before it expires in the stream', () => {
  const { maxRecordAgeMinutes, retentionHours } = deployment().stage.streams;
  expect(maxRecordAgeMinutes).toBeLessThan(retentionHours * 60);
});

const actionsOf = (statements: readonly Statement[]): string[] =>
  statements.flatMap(({ Action }) => Action).sort();
const about = (role: string, text: string): Statement[] =>
  statementsOf(template, role).filter(({ Resource }) => JSON.stringify(Resource).includes(text));

test.each(['pin', 'geo', 'user'])(
  'the function of %s reads and writes its table and the quarantine, no more',
  (feed) => {
    const role = `TablesAppend${feed}ServiceRole`;
    const sink = about(role, 'Fn::ImportValue');
    expect(actionsOf(sink)).toEqual(['s3:GetObject', 's3:ListBucket', 's3:PutObject']);
    const objects = sink.find(({ Action }) => Action !== 's3:ListBucket');
    expect(JSON.stringify(objects?.Resource).match(/\/tables\/[^"]*/g)).toEqual(
      [`/tables/pinterest_${feed}_table/*`, '/tables/quarantine/*'].sort(),
    );
    expect(sink.find(({ Action }) => Action === 's3:ListBucket')?.Condition).toEqual({
      StringLike: { 's3:prefix': [`tables/pinterest_${feed}_table/*`, 'tables/quarantine/*'] },
    });
    expect(actionsOf(about(role, 'TablesFailures'))).toEqual(['s3:ListBucket', 's3:PutObject']);
    const kinesis = about(role, 'Streams');
    expect(JSON.stringify(kinesis).match(/"Streams\w*"/g)).toHaveLength(1);
    expect(
      actionsOf(kinesis).filter((action) => !/^kinesis:(Describe|Get|List|Subscribe)/.test(action)),
    ).toEqual([]);
  },
);

test('maintenance may delete, in the tables only', () => {
  const statements = statementsOf(template, 'TablesCareServiceRole');
  expect(actionsOf(statements)).toEqual(['s3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject']);
  expect(JSON.stringify(statements).match(/"\/tables\/[^"]*/g)).toEqual(
    ['pinterest_geo_table', 'pinterest_pin_table', 'pinterest_user_table', 'quarantine'].map(
      (table) => `"/tables/${table}/*`,
    ),
  );
});

test('the redrive may move what it has redriven into its folder, and deletes nothing of a table', () => {
  const role = 'TablesRedriveServiceRole';
  expect(actionsOf(about(role, 'TablesFailures'))).toEqual([
    's3:DeleteObject',
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
  ]);
  const writing = about(role, 'TablesFailures').filter(({ Action }) =>
    [Action].flat().includes('s3:PutObject'),
  );
  expect(JSON.stringify(writing.map(({ Resource }) => Resource))).toMatch(/"\/redriven\/\*"\]\]\}\]$/);
  expect(actionsOf(about(role, 'Fn::ImportValue'))).toEqual([
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
  ]);
});

test('the replay reads raw files and what batches took up, and adds to tables; it deletes nothing and reads no stream', () => {
  const statements = statementsOf(template, 'ReplayServiceRole');
  const folders = (action: string): string[] =>
    statements
      .filter(({ Action }) => [Action].flat().includes(action))
      .flatMap(({ Resource }) => JSON.stringify(Resource).match(/(?<=")\/\w[^"]*(?=\/\*")/g) ?? [])
      .sort();
  expect([...new Set(actionsOf(statements))]).toEqual(['s3:GetObject', 's3:ListBucket', 's3:PutObject']);
  const written = [
    ...['geo', 'pin', 'pinterest_geo_table', 'pinterest_pin_table', 'pinterest_user_table', 'quarantine'],
    'user',
  ].map((table) => `/tables/${table}`);
  expect(folders('s3:PutObject')).toEqual(written);
  expect(folders('s3:GetObject')).toEqual([...written, '/tables/batch_files', '/topics'].sort());
});

test('maintenance runs as often as the stage says; the redrive is disabled', () => {
  const schedules = resourcesOf(
    stream({ tableEngine: { maintenanceEveryMinutes: 7 } }),
    'AWS::Scheduler::Schedule',
  ).map(([, { Properties }]) => {
    const { ScheduleExpression, State, Target } = Properties as Record<string, unknown>;
    return [/Tables(Care|Redrive)/.exec(JSON.stringify(Target))?.[1], ScheduleExpression, State];
  });
  expect(schedules).toEqual([
    ['Care', 'rate(7 minutes)', 'ENABLED'],
    ['Redrive', 'rate(1 hour)', 'DISABLED'],
  ]);
});

test('the failures bucket keeps objects as long as the stage says', () => {
  stream({ streams: { failureRetentionDays: 3 } }).hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: { Rules: [{ ExpirationInDays: 3, Status: 'Enabled' }] },
  });
});

import { RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { join } from 'node:path';
import { DailyBatch } from '../../../../lib/batch/daily-batch';
import { SinkBucket } from '../../../../lib/sink/sink-bucket';
import type { DailyBatchSettings, EmrServerlessEngine } from '../../../../lib/stages';
import { deployment, emptyStack, statementsOf, type Statement } from '../synth';

const LAMBDA: DailyBatchSettings = {
  kind: 'daily',
  hour: 3,
  engine: { kind: 'lambda' },
  memoryMiB: 2048,
  storageMiB: 1024,
  scanLimitGigabytes: 1,
};

const SPARK: EmrServerlessEngine = {
  kind: 'emr-serverless',
  release: 'emr-spark-8.1.0',
  maxVcpus: 16,
  maxMemoryGb: 64,
  package: join(__dirname, '../fixtures/spark'),
};

function made(changes: Partial<DailyBatchSettings> = {}): Template {
  const stack = emptyStack();
  const sink = new SinkBucket(stack, 'Sink', { removalPolicy: RemovalPolicy.DESTROY });
  new DailyBatch(stack, 'Daily', {
    name: 'pinterest-dev',
    userId: 'pinterest',
    sink,
    settings: { ...LAMBDA, ...changes },
    tableEngine: deployment().stage.tableEngine,
    metricsNamespace: 'pinterest-dev/tables',
    logRetention: RetentionDays.ONE_MONTH,
  });
  return Template.fromStack(stack);
}

const [lambda, spark] = [made(), made({ engine: SPARK })];

test('it starts daily at its hour, UTC', () => {
  made({ hour: 22 }).hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'cron(0 22 * * ? *)',
    ScheduleExpressionTimezone: 'Etc/UTC',
    State: 'ENABLED',
  });
  for (const hour of [-1, 24, 1.5])
    expect(() => made({ hour })).toThrow(`The hour of the daily batch is ${hour}: expected`);
});

const rights = (template: Template, role: string): string[] =>
  statementsOf(template, role).flatMap(({ Action, Resource }: Statement) =>
    [Action].flat().flatMap((action) => {
      const folders = JSON.stringify(Resource).match(
        /\/(topics|sent|answers|reports|tables\/\w+)\/(\*|facts\.json)/g,
      ) ?? [''];
      return folders.map((folder) => `${action} ${folder}`.trim());
    }),
  );

test('each function may do what it has to', () => {
  const tables = ['pin', 'geo', 'user', 'quarantine', 'batch_files'];
  const objects = (action: string, names: string[]): string[] =>
    names.map((name) => `s3:${action} /${name}/*`);
  const folders = (names: string[]): string[] => names.map((name) => `tables/${name}`);
  const sorted = (role: string): string[] => [...new Set(rights(lambda, role))].sort();
  expect(sorted('DailyFunctionsBatchServiceRole')).toEqual(
    [
      ...objects('GetObject', ['topics', ...folders(tables)]),
      ...objects('PutObject', folders(tables)),
      's3:ListBucket',
    ].sort(),
  );
  expect(sorted('DailyFunctionsAnswersServiceRole')).toEqual(
    [
      ...objects('GetObject', ['answers', ...folders(['pin', 'geo', 'user'])]),
      ...objects('PutObject', ['answers']),
      's3:ListBucket',
    ].sort(),
  );
  const streams = ['pin', 'geo', 'user'].map((feed) => `pinterest_${feed}_table`);
  expect(sorted('DailyFunctionsReconcileServiceRole')).toEqual(
    [
      ...objects('GetObject', ['topics', 'sent', ...folders([...tables, ...streams])]),
      's3:ListBucket',
      's3:PutObject /reports/facts.json',
    ].sort(),
  );
  expect(sorted('DailyFunctionsReportServiceRole')).toEqual([
    ...objects('GetObject', ['answers', 'reports']),
    's3:ListBucket',
    ...objects('PutObject', ['reports']),
  ]);
  const cared = folders(['pin', 'geo', 'user', 'batch_files']);
  expect(sorted('DailyFunctionsCareServiceRole')).toEqual(
    [
      ...['GetObject', 'PutObject', 'DeleteObject'].flatMap((action) => objects(action, cared)),
      's3:ListBucket',
    ].sort(),
  );
});

test.each([lambda, spark])(
  'the report is the last step, also after a reconciliation that found something',
  (template) => {
    const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
    const text = JSON.stringify(machine);
    const step = (name: string): string => text.split(`\\"${name}\\":{`)[1] ?? '';
    expect(step('Reconcile')).toMatch(
      /^\\"Next\\":\\"Care\\".*?\\"Catch\\":\[[^\]]*\],?.*?\\"Next\\":\\"Care\\"/,
    );
    expect(step('Care')).toMatch(/^\\"Next\\":\\"Report\\"/);
    expect(step('Report')).toMatch(/^\\"Next\\":\\"Verdict\\",\\"Retry\\"/);
  },
);

describe('with Spark', () => {
  test('the job writes and maintains the batch tables and the answers, and writes no raw file', () => {
    const found = rights(spark, 'DailySparkRole').filter((right) => /^s3:(Put|Delete)/.test(right));
    const tables = ['pin', 'geo', 'user', 'quarantine', 'batch_files'].map((name) => `/tables/${name}/*`);
    expect([...new Set(found)].sort()).toEqual(
      [
        ...tables.flatMap((table) => [`s3:PutObject ${table}`, `s3:DeleteObject ${table}`]),
        's3:PutObject /answers/*',
      ].sort(),
    );
  });

  test('the job may ask for an object named like a table, as Hadoop does before it looks into the folder', () => {
    const named = statementsOf(spark, 'DailySparkRole').filter(({ Resource }) =>
      JSON.stringify(Resource).includes('/tables/quarantine"'),
    );
    expect(named.map(({ Action }) => Action)).toEqual(['s3:GetObject']);
    expect(JSON.stringify(statementsOf(spark, 'DailySparkRole').map(({ Condition }) => Condition))).toContain(
      '"tables/quarantine"',
    );
  });

  test('the state machine runs this job only, and passes its role to EMR Serverless only', () => {
    const about = (service: string): Statement[] =>
      statementsOf(spark, 'DailyStateMachine').filter(({ Action }) =>
        [Action].flat()[0]?.startsWith(service),
      );
    expect(JSON.stringify(about('emr-serverless').map(({ Resource }) => Resource))).not.toContain('"*"');
    expect(about('iam')).toMatchObject([
      { Condition: { StringEquals: { 'iam:PassedToService': 'emr-serverless.amazonaws.com' } } },
    ]);
    expect(JSON.stringify(about('events')[0]?.Resource)).toContain(
      'StepFunctionsGetEventsForEMRServerlessJobRule',
    );
  });
});

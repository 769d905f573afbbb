import { RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { join } from 'node:path';
import { DailyBatch } from '../../../../lib/batch/daily-batch';
import { SinkBucket } from '../../../../lib/sink/sink-bucket';
import type { DailyBatchSettings, EmrServerlessEngine } from '../../../../lib/stages';
import { deployment, emptyStack, resourcesOf, statementsOf, type Statement } from '../synth';

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

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Parameters?: Record<string, unknown>;
  readonly Retry?: readonly { ErrorEquals: string[]; MaxAttempts: number; IntervalSeconds?: number }[];
  readonly Catch?: readonly unknown[];
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly unknown[];
}

/** The definition with a name for each reference. */
function definition(template: Template): {
  StartAt: string;
  TimeoutSeconds: number;
  States: Record<string, State>;
} {
  const [, machine] = resourcesOf(template, 'AWS::StepFunctions::StateMachine')[0] ?? [];
  const { 'Fn::Join': join } = machine?.Properties?.DefinitionString as { 'Fn::Join': [string, unknown[]] };
  const text = join[1].map((piece) => {
    if (typeof piece === 'string') return piece;
    const { Ref, 'Fn::GetAtt': attribute } = piece as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
    return Ref ?? attribute?.join('.') ?? JSON.stringify(piece).replaceAll('"', "'");
  });
  return JSON.parse(text.join('')) as ReturnType<typeof definition>;
}

test('the steps come one after another; the Spark job answers by itself', () => {
  const order = (template: Template): string[] => {
    const { StartAt, States } = definition(template);
    const names = [StartAt];
    for (let next = States[StartAt]?.Next; next !== undefined; next = States[next]?.Next) names.push(next);
    return names;
  };
  expect(order(lambda)).toEqual(['Clean', 'Answer', 'Reconcile', 'Care', 'Verdict']);
  expect(order(spark)).toEqual(['Clean', 'Reconcile', 'Care', 'Verdict']);
});

test('rejects are counted by the reconciliation only where the engine writes no metrics', () => {
  const counting = (template: Template): unknown[] =>
    resourcesOf(template, 'AWS::Lambda::Function').map(([, { Properties }]) => [
      Properties?.Handler,
      (Properties?.Environment as { Variables: Record<string, unknown> }).Variables.COUNTS_BATCH,
    ]);
  expect(counting(spark)).toEqual([
    ['reconcile.handler', 'true'],
    ['batch_maintenance.handler', undefined],
  ]);
  expect(counting(lambda)).toEqual(
    ['batch', 'answers', 'reconcile', 'batch_maintenance'].map((name) => [`${name}.handler`, undefined]),
  );
});

test('where the Spark job compacts the tables of the feeds, maintenance does not', () => {
  const compacting = (template: Template): unknown[] =>
    resourcesOf(template, 'AWS::Lambda::Function')
      .filter(([, { Properties }]) => Properties?.Handler === 'batch_maintenance.handler')
      .map(
        ([, { Properties }]) =>
          (Properties?.Environment as { Variables: Record<string, unknown> }).Variables.SPARK_COMPACTS,
      );
  expect([compacting(spark), compacting(lambda)]).toEqual([['true'], [undefined]]);
});

test('each step is retried with back-off, but not what the reconciliation found', () => {
  for (const template of [lambda, spark]) {
    const { States } = definition(template);
    const again = {
      ErrorEquals: ['States.ALL'],
      IntervalSeconds: 30,
      BackoffRate: 4,
      MaxAttempts: 3,
      MaxDelaySeconds: 900,
      JitterStrategy: 'FULL',
    };
    const steps = ['Clean', 'Answer', 'Care'].filter((step) => States[step] !== undefined);
    expect(steps.length).toBeGreaterThanOrEqual(2);
    for (const step of steps) expect(States[step]?.Retry).toEqual([again]);
    expect(States.Reconcile?.Retry).toEqual([
      { ErrorEquals: ['ReconciliationError'], MaxAttempts: 0 },
      again,
    ]);
  }
});

test('maintenance runs after a failed reconciliation, and the run fails', () => {
  const { States, TimeoutSeconds } = definition(lambda);
  expect(States.Reconcile?.Catch).toEqual([
    { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Care' },
  ]);
  expect(States.Verdict).toEqual({
    Type: 'Choice',
    Choices: [{ Variable: '$.failure', IsPresent: true, Next: 'Failed' }],
    Default: 'Done',
  });
  expect(States.Failed).toEqual({
    Type: 'Fail',
    ErrorPath: '$.failure.Error',
    CausePath: '$.failure.Cause',
  });
  expect(States.Done?.Type).toBe('Succeed');
  // Every other failure ends the run as it is.
  expect(['Clean', 'Answer', 'Care'].map((step) => States[step]?.Catch)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(TimeoutSeconds).toBe(12 * 3600);
});

test('each step invokes the function of its name', () => {
  const { States } = definition(lambda);
  const handlers = Object.fromEntries(
    resourcesOf(lambda, 'AWS::Lambda::Function').map(([id, { Properties }]) => [
      `${id}.Arn`,
      Properties?.Handler,
    ]),
  );
  expect(
    ['Clean', 'Answer', 'Reconcile', 'Care'].map((step) => handlers[States[step]?.Resource ?? '']),
  ).toEqual(['batch.handler', 'answers.handler', 'reconcile.handler', 'batch_maintenance.handler']);
});

test('the functions have the memory, the storage and the time of the settings, and a log of their own', () => {
  const ofUser = { SINK_BUCKET: { Ref: expect.stringMatching(/^Sink/) as string }, USER_ID: 'pinterest' };
  const counting = { ...ofUser, METRICS_NAMESPACE: 'pinterest-dev/tables' };
  const environments: Record<string, object> = {
    'batch.handler': counting,
    'answers.handler': ofUser,
    'reconcile.handler': counting,
    'batch_maintenance.handler': { SINK_BUCKET: ofUser.SINK_BUCKET },
  };
  for (const [, { Properties }] of resourcesOf(lambda, 'AWS::Lambda::Function')) {
    expect(Properties).toMatchObject({ MemorySize: 2048, EphemeralStorage: { Size: 1024 }, Timeout: 900 });
    expect(Properties?.LoggingConfig).toBeDefined();
    expect(Properties?.Environment).toEqual({ Variables: environments[Properties?.Handler as string] });
  }
  for (const [, group] of resourcesOf(lambda, 'AWS::Logs::LogGroup')) {
    expect(group).toMatchObject({ Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete' });
  }
});

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
      const folders = JSON.stringify(Resource).match(/\/(topics|sent|answers|tables\/\w+)\/\*/g) ?? [''];
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
    ].sort(),
  );
  const cared = folders(['pin', 'geo', 'user', 'batch_files']);
  expect(sorted('DailyFunctionsCareServiceRole')).toEqual(
    [
      ...['GetObject', 'PutObject', 'DeleteObject'].flatMap((action) => objects(action, cared)),
      's3:ListBucket',
    ].sort(),
  );
});

describe('with Spark', () => {
  test('the state runs the job with its packages and waits for it', () => {
    const { Clean } = definition(spark).States;
    expect(Clean?.Resource).toMatch(/states:::emr-serverless:startJobRun\.sync$/);
    const { JobDriver, ...parameters } = Clean?.Parameters as {
      JobDriver: { SparkSubmit: { EntryPointArguments: string[]; SparkSubmitParameters: string } };
    };
    expect(parameters).toMatchObject({
      Name: 'pinterest-dev',
      ApplicationId: expect.stringMatching(/^DailySparkApplication.*\.ApplicationId$/) as string,
      ExecutionRoleArn: expect.stringMatching(/^DailySparkRole.*\.Arn$/) as string,
      ExecutionTimeoutMinutes: 180,
    });
    const { EntryPointArguments, SparkSubmitParameters } = JobDriver.SparkSubmit;
    expect(EntryPointArguments).toEqual([
      'batch',
      '--bucket',
      expect.stringMatching(/^SinkBucket/) as string,
      '--user-id',
      'pinterest',
    ]);
    const asset = (ending: string): string => `\\{'Fn::Sub':'s3://\\S+/\\w+\\.${ending}'\\}`;
    expect(SparkSubmitParameters).toMatch(
      new RegExp(
        `^--conf spark\\.archives=${asset('zip')}#packages --conf spark\\.jars=${asset('jar')},${asset('jar')} --conf`,
      ),
    );
    expect(SparkSubmitParameters).toContain('--conf spark.emr-serverless.driverEnv.PYTHONPATH=./packages');
  });

  test('no function cleans', () => {
    const handlers = resourcesOf(spark, 'AWS::Lambda::Function').map(
      ([, { Properties }]) => Properties?.Handler,
    );
    expect(handlers).not.toContain('batch.handler');
  });

  test('the application stops by itself, within its limits, and logs to a group of ours', () => {
    spark.hasResourceProperties('AWS::EMRServerless::Application', {
      ReleaseLabel: 'emr-spark-8.1.0',
      Type: 'SPARK',
      AutoStopConfiguration: { Enabled: true, IdleTimeoutMinutes: 5 },
      MaximumCapacity: { Cpu: '16 vCPU', Memory: '64 GB' },
      MonitoringConfiguration: {
        CloudWatchLoggingConfiguration: { Enabled: true },
        ManagedPersistenceMonitoringConfiguration: { Enabled: false },
      },
    });
  });

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

test('executions are logged without what they carry, and traced', () => {
  lambda.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    TracingConfiguration: { Enabled: true },
  });
});

/** `doctor --stage`, against a server that plays AWS. */
import { isWell, type CheckResult } from '../../../../../tools/pipeline/doctor/check';
import { doctorOfStage } from '../../../../../tools/stage/doctor/stage-doctor';
import { ScriptedAws, type AwsAnswer, type AwsAnswerer } from '../scripted-aws';
import {
  answersMade,
  CLUSTER,
  clusterAnswer,
  CONNECTOR,
  connectorAnswer,
  DENIED_JSON,
  DENIED_XML,
  mapping,
  offerings,
  RESOURCES,
  scriptHealthyStage,
  scriptStacks,
  stream,
  targets,
  taskCounts,
  type ScriptedStacks,
} from './scripted-stage';

const MAPPING = 'GET /2015-03-31/event-source-mappings/mapping-of-streaming-pinterest-pin';
const HOUR = 3_600_000;

let aws: ScriptedAws;
const environment = process.env;

beforeEach(async () => {
  process.env = { ...environment, AWS_MAX_ATTEMPTS: '1' };
  aws = await ScriptedAws.start();
  scriptHealthyStage(aws);
});
afterEach(async () => {
  process.env = environment;
  await aws.stop();
});

const lineOf = (results: readonly CheckResult[], check: string): CheckResult | undefined =>
  results.find((one) => one.check === check);

/** The lines that are not well, by check. */
const bad = (results: readonly CheckResult[]): string[] =>
  results.filter(({ status }) => status !== 'ok').map(({ check, status }) => `${check} ${status}`);

test('of a stage that is well every line is', async () => {
  const results = await doctorOfStage(aws.stage());
  expect(bad(results)).toEqual([]);
  expect(results.every(({ remedy }) => remedy === null)).toBe(true);
  expect(results.map(({ check, seen }) => [check, seen])).toEqual([
    ['credentials', 'account 123456789012, as arn:aws:iam::123456789012:user/me'],
    ['stacks', '12 of 12 stacks are whole'],
    ['CDK bootstrap', 'version 28'],
    ['zones', 'eu-west-1a (euw1-az1), eu-west-1b (euw1-az2), asked for t4g.micro, t4g.nano'],
    ['database', 'db-1 is available, db.t4g.micro, MySQL 8.4.8'],
    ['Kafka cluster', 'ACTIVE, 2 brokers kafka.m7g.large, Kafka 3.9.x'],
    ['S3 sink', 'pinterest-dev-s3-sink-0a1b is RUNNING'],
    ['S3 sink tasks', '3 run, 0 have failed'],
    ['REST proxy hosts', 'i-1 is healthy'],
    [
      'API',
      'unsigned GET /health is answered 403; signed GET /health is answered 200; signed GET /streams is answered 200',
    ],
    ['topics', 'pinterest.pin, pinterest.geo, pinterest.user, pinterest.dead-letters'],
    [
      'streams',
      ['geo', 'pin', 'user']
        .map((feed) => `streaming-pinterest-${feed} is ACTIVE, 1 shards, encrypted`)
        .join('; '),
    ],
    ['appenders', Array(3).fill('streaming-pinterest-pin is Enabled (OK)').join('; ')],
    ['Lambda concurrency', '1000 functions may run at once, up to 9 are wanted (3 of them for the shards)'],
    ['alarms', 'none of 1 is on'],
    ['answers', expect.stringMatching(/^of 20\d\d-.*Z, 0\.0 hours ago$/)],
  ]);
});

const status = (code: number, body = 'why'): AwsAnswer => ({ status: code, body });
const ok = (body: object): AwsAnswer => ({ body: JSON.stringify(body) });

test.each<
  [
    what: string,
    operation: string,
    AwsAnswer | AwsAnswerer,
    check: string,
    line: string,
    seen: string,
    remedy: string,
  ]
>([
  [
    'no bootstrap',
    'GetParameter',
    { status: 400, body: '{"__type":"ParameterNotFound"}' },
    'CDK bootstrap',
    'failed',
    'there is no /cdk-bootstrap/hnb659fds/version in eu-west-1',
    'npx cdk bootstrap -c stage=dev -c region=eu-west-1',
  ],
  [
    'an old bootstrap',
    'GetParameter',
    ok({ Parameter: { Value: '5' } }),
    'CDK bootstrap',
    'failed',
    'version 5, and at least 6 is needed',
    'npx cdk bootstrap',
  ],
  [
    'a zone without the type',
    'DescribeInstanceTypeOfferings',
    offerings([
      ['eu-west-1a', 't4g.micro'],
      ['eu-west-1a', 't4g.nano'],
      ['eu-west-1b', 't4g.nano'],
    ]),
    'zones',
    'failed',
    'eu-west-1b (euw1-az2) has no t4g.micro',
    '-c availabilityZones=',
  ],
  [
    'a stopped database',
    'DescribeDBInstances',
    {
      body: '<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances><DBInstance><DBInstanceStatus>stopped</DBInstanceStatus></DBInstance></DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>',
    },
    'database',
    'failed',
    'db-1 is stopped',
    'aws rds start-db-instance',
  ],
  [
    'a failed cluster',
    `GET /api/v2/clusters/${CLUSTER}`,
    clusterAnswer('FAILED', 'no room'),
    'Kafka cluster',
    'failed',
    'FAILED, 2 brokers kafka.m7g.large, Kafka 3.9.x: no room',
    'docs/runbook.md',
  ],
  [
    'a healing cluster',
    `GET /api/v2/clusters/${CLUSTER}`,
    clusterAnswer('HEALING'),
    'Kafka cluster',
    'warning',
    'HEALING',
    'Amazon is at work',
  ],
  [
    'a cluster deleted by hand',
    `GET /api/v2/clusters/${CLUSTER}`,
    { status: 404, headers: { 'x-amzn-errortype': 'NotFoundException' }, body: '{"message":"gone"}' },
    'Kafka cluster',
    'failed',
    'not there: gone',
    'deleted by hand',
  ],
  [
    'a failed connector',
    `GET /v1/connectors/${CONNECTOR}`,
    connectorAnswer('FAILED', 'no plugin'),
    'S3 sink',
    'failed',
    'is FAILED (Oops: no plugin)',
    'sink/not-running',
  ],
  [
    'a connector that is being made',
    `GET /v1/connectors/${CONNECTOR}`,
    connectorAnswer('CREATING'),
    'S3 sink',
    'warning',
    'is CREATING',
    'Ask again later',
  ],
  [
    'failed tasks',
    'GetMetricData',
    taskCounts([2], [1]),
    'S3 sink tasks',
    'failed',
    '2 run, 1 have failed',
    'sink/failed-tasks',
  ],
  [
    'no task that runs',
    'GetMetricData',
    taskCounts([0], [0]),
    'S3 sink tasks',
    'failed',
    '0 run, 0 have failed',
    'sink/not-running',
  ],
  [
    'no metrics of tasks',
    'GetMetricData',
    taskCounts([], []),
    'S3 sink tasks',
    'failed',
    'no metrics of pinterest-dev-s3-sink-0a1b for 15 minutes',
    'sink/not-running',
  ],
  [
    'an unhealthy host',
    'DescribeTargetHealth',
    targets('unhealthy'),
    'REST proxy hosts',
    'failed',
    'i-1 is unhealthy (Target.FailedHealthChecks)',
    'rest-proxy/down',
  ],
  [
    'a host that is replaced',
    'DescribeTargetHealth',
    targets('healthy', 'initial'),
    'REST proxy hosts',
    'warning',
    'i-2 is initial',
    'rest-proxy/unhealthy',
  ],
  [
    'no host',
    'DescribeTargetHealth',
    targets(),
    'REST proxy hosts',
    'failed',
    'no host is registered',
    'rest-proxy/down',
  ],
  [
    'an API open to all',
    'GET /live/health',
    status(200),
    'API',
    'failed',
    'unsigned GET /health is answered 200',
    '403 was expected',
  ],
  [
    'a proxy that is not reached',
    'GET /live/health',
    ({ isSigned }) => status(isSigned ? 504 : 403),
    'API',
    'failed',
    'signed GET /health is answered 504 (why)',
    'REST proxy hosts',
  ],
  [
    'an API that does not let these credentials in',
    'GET /live/health',
    status(403, 'not authorized'),
    'API',
    'failed',
    'signed GET /health is answered 403 (not authorized)',
    'execute-api:Invoke',
  ],
  [
    'an API without way to Kinesis',
    'GET /live/streams',
    status(500),
    'API',
    'failed',
    'signed GET /streams is answered 500 (why)',
    "The API's role",
  ],
  [
    'brokers that are not reached',
    'GET /live/topics',
    status(503),
    'topics',
    'unknown',
    'GET /topics is answered 503',
    'kafka/offline-partitions',
  ],
  [
    'a missing topic',
    'GET /live/topics',
    { body: '["pinterest.pin","pinterest.user"]' },
    'topics',
    'failed',
    'missing: pinterest.geo, pinterest.dead-letters',
    'park the stage',
  ],
  [
    'a stream that is not encrypted',
    'DescribeStreamSummary',
    stream({ EncryptionType: 'NONE' }),
    'streams',
    'failed',
    'streaming-pinterest-pin is ACTIVE, 1 shards, not encrypted',
    'start-stream-encryption',
  ],
  [
    'a stream that goes',
    'DescribeStreamSummary',
    stream({ StreamStatus: 'DELETING' }),
    'streams',
    'failed',
    'is DELETING',
    'Wait until it is ACTIVE',
  ],
  [
    'a stream that is resharded',
    'DescribeStreamSummary',
    stream({ StreamStatus: 'UPDATING' }),
    'streams',
    'warning',
    'is UPDATING',
    'Ask again later',
  ],
  [
    'a disabled mapping',
    MAPPING,
    mapping({ State: 'Disabled' }),
    'appenders',
    'failed',
    'streaming-pinterest-pin is Disabled',
    'update-event-source-mapping --uuid mapping-of-streaming-pinterest-pin --enabled',
  ],
  [
    'a mapping with a problem',
    MAPPING,
    mapping({ LastProcessingResult: 'PROBLEM: Function call failed' }),
    'appenders',
    'failed',
    'PROBLEM: Function call failed',
    'streams/append-errors',
  ],
  [
    'a new account',
    'GET /2016-08-19/account-settings',
    ok({ AccountLimit: { ConcurrentExecutions: 8 } }),
    'Lambda concurrency',
    'warning',
    '8 functions may run at once, up to 9 are wanted',
    'L-B99A9384',
  ],
  [
    'an alarm',
    'DescribeAlarms',
    ok({
      MetricAlarms: [
        { AlarmName: 'pinterest-dev/sink/lag', StateValue: 'ALARM' },
        { AlarmName: 'pinterest-dev/a/b', StateValue: 'OK' },
      ],
    }),
    'alarms',
    'failed',
    '1 of 2 are on',
    'a section for each: sink/lag',
  ],
  [
    'no alarms',
    'DescribeAlarms',
    ok({ MetricAlarms: [] }),
    'alarms',
    'failed',
    'there is none named pinterest-dev/',
    'operations',
  ],
  [
    'no answers',
    'HEAD /sink/answers/answers.json',
    status(404, ''),
    'answers',
    'warning',
    'there are none yet in s3://sink',
    '`npm run pipeline -- batch --stage dev --region eu-west-1`',
  ],
  [
    'old answers',
    'HEAD /sink/answers/answers.json',
    answersMade(new Date(Date.now() - 30 * HOUR)),
    'answers',
    'failed',
    '30.0 hours ago',
    'no older than 26 hours',
  ],
])('%s is one line, with the remedy', async (_, operation, answer, check, line, seen, remedy) => {
  aws.answers.set(operation, answer);
  const results = await doctorOfStage(aws.stage());
  expect(bad(results)).toContain(`${check} ${line}`);
  expect(lineOf(results, check)?.seen).toContain(seen);
  expect(lineOf(results, check)?.remedy).toContain(remedy);
  expect(isWell(results)).toBe(line === 'warning');
});

const LATE = new Date(Date.now() - 3 * HOUR);

test.each<[ScriptedStacks, line: string, seen: string, remedy: string]>([
  [
    { states: { kafka: 'UPDATE_ROLLBACK_COMPLETE' } },
    'failed',
    '11 of 12 stacks are whole; pinterest-dev-kafka is UPDATE_ROLLBACK_COMPLETE (so it is)',
    'was taken back',
  ],
  [
    { states: { kafka: 'ROLLBACK_COMPLETE' } },
    'failed',
    'is ROLLBACK_COMPLETE',
    'npx cdk deploy -c stage=dev -c region=eu-west-1 pinterest-dev-kafka',
  ],
  [
    { states: { kafka: 'UPDATE_ROLLBACK_FAILED' } },
    'failed',
    'is UPDATE_ROLLBACK_FAILED',
    'continue-update-rollback --region eu-west-1 --stack-name pinterest-dev-kafka',
  ],
  [{ states: { network: 'DELETE_FAILED' } }, 'failed', 'is DELETE_FAILED', 'npx cdk destroy'],
  [
    { states: { api: 'UPDATE_IN_PROGRESS' } },
    'warning',
    'is UPDATE_IN_PROGRESS',
    'A deployment is under way',
  ],
  [
    { states: { api: 'UPDATE_IN_PROGRESS' }, changed: LATE },
    'failed',
    'is UPDATE_IN_PROGRESS (so it is) for 3 hours',
    'describe-stack-events',
  ],
  [
    { parts: ['key', 'storage', 'source', 'stream', 'network'] },
    'failed',
    'missing: kafka, api, emulator, operations',
    'npx cdk deploy --all -c stage=dev -c region=eu-west-1',
  ],
])('stacks that are not whole are told (%#)', async (stacks, line, seen, remedy) => {
  scriptStacks(aws, stacks);
  const results = await doctorOfStage(aws.stage());
  const found = lineOf(results, 'stacks');
  expect([found?.status, found?.seen, found?.remedy]).toEqual([
    line,
    expect.stringContaining(seen),
    expect.stringContaining(remedy),
  ]);
});

test('parts that are brought along are not asked for, and the worker of one’s own is', async () => {
  const brought = ['network', 'cluster', 'client-host', 'batch'];
  scriptStacks(aws, {
    parts: ['key', 'source', 'storage', 'kafka', 'stream', 'api', 'emulator', 'operations'],
    resources: { stream: RESOURCES.stream ?? [], api: RESOURCES.api ?? [] },
  });
  const template = {
    Resources: { Sink: { Type: 'Custom::SinkConnector', Properties: { ConnectUrl: `${aws.url}/connect` } } },
  };
  aws.answers.set('GetTemplate', {
    body: `<GetTemplateResponse><GetTemplateResult><TemplateBody>${JSON.stringify(template)}</TemplateBody></GetTemplateResult></GetTemplateResponse>`,
  });
  const sink = (...states: string[]): AwsAnswer =>
    ok({ connector: { state: 'RUNNING' }, tasks: states.map((state, id) => ({ id, state, trace: 'a\nb' })) });
  const path = 'GET /connect/connectors/pinterest-dev-s3-sink/status';
  aws.answers.set(path, sink('RUNNING', 'RUNNING'));
  const results = await doctorOfStage(aws.stage());
  expect(bad(results)).toEqual([]);
  expect(lineOf(results, 'S3 sink')?.seen).toBe('pinterest-dev-s3-sink: 2 tasks RUNNING');
  expect(results.map(({ check }) => check)).not.toEqual(expect.arrayContaining(brought));

  aws.answers.set(path, sink('RUNNING', 'FAILED'));
  expect(lineOf(await doctorOfStage(aws.stage()), 'S3 sink')).toMatchObject({
    status: 'failed',
    seen: 'connector RUNNING, task 1 FAILED: a',
    remedy: expect.stringContaining(`${aws.url}/connect/connectors/pinterest-dev-s3-sink/restart?`) as string,
  });

  template.Resources.Sink.Properties.ConnectUrl = 'http://127.0.0.1:1';
  aws.answers.set('GetTemplate', {
    body: `<GetTemplateResponse><GetTemplateResult><TemplateBody>${JSON.stringify(template)}</TemplateBody></GetTemplateResult></GetTemplateResponse>`,
  });
  expect(lineOf(await doctorOfStage(aws.stage()), 'S3 sink')).toMatchObject({
    status: 'unknown',
    remedy: expect.stringContaining(
      'curl http://127.0.0.1:1/connectors/pinterest-dev-s3-sink/status',
    ) as string,
  });
});

test('a usage plan’s key is sent with what is signed', async () => {
  scriptStacks(aws, { outputs: { ApiKeyId: 'key1' } });
  aws.answers.set('GET /apikeys/key1?includeValue=true', ok({ value: 'the key' }));
  expect(bad(await doctorOfStage(aws.stage()))).toEqual([]);
  aws.answers.set('GET /apikeys/key1?includeValue=true', { ...DENIED_JSON, status: 403 });
  const api = lineOf(await doctorOfStage(aws.stage()), 'API');
  expect(api).toMatchObject({
    status: 'unknown',
    remedy: expect.stringContaining('apigateway:GET') as string,
  });
});

test('of a parked stage only what is left is asked', async () => {
  const { stream: mappings } = RESOURCES;
  const parts = ['key', 'storage', 'stream', 'batch'];
  scriptStacks(aws, { parts, resources: {} });
  const results = await doctorOfStage(aws.stage());
  expect(results.map(({ check, status: one }) => [check, one])).toEqual([
    ['credentials', 'ok'],
    ['stacks', 'ok'],
    ['CDK bootstrap', 'ok'],
    ['answers', 'ok'],
  ]);
  expect(lineOf(results, 'stacks')?.seen).toBe('4 of 4 stacks are whole, the stage is parked');
  // Half parked: the streams are there still, and cost.
  scriptStacks(aws, {
    parts,
    resources: { stream: [...(mappings ?? []), ['AWS::Kinesis::Stream', 'streaming-pinterest-pin']] },
  });
  expect(lineOf(await doctorOfStage(aws.stage()), 'stacks')?.status).toBe('failed');
});

describe('before anything is deployed', () => {
  beforeEach(() => {
    scriptStacks(aws, { parts: [] });
    aws.answers.set('DescribeStreamSummary', {
      status: 400,
      body: '{"__type":"ResourceNotFoundException","message":"none"}',
    });
  });

  test('it is said, with what can be asked already', async () => {
    const results = await doctorOfStage(aws.stage());
    expect(results.map(({ check, status: one }) => [check, one])).toEqual([
      ['credentials', 'ok'],
      ['stacks', 'warning'],
      ['CDK bootstrap', 'ok'],
      ['zones', 'ok'],
      ['Lambda concurrency', 'ok'],
      ['names', 'ok'],
    ]);
    expect(lineOf(results, 'stacks')).toMatchObject({
      seen: 'nothing is deployed of user id pinterest, stage dev, in eu-west-1',
      remedy: expect.stringContaining('npx cdk deploy --all -c stage=dev -c region=eu-west-1') as string,
    });
    expect(lineOf(results, 'zones')?.seen).toContain('eu-west-1a (euw1-az1), eu-west-1b (euw1-az2), asked');
  });

  test('a new account is told what prod wants', async () => {
    aws.answers.set('GET /2016-08-19/account-settings', ok({ AccountLimit: { ConcurrentExecutions: 10 } }));
    const line = lineOf(await doctorOfStage(aws.stage('prod')), 'Lambda concurrency');
    expect(line).toMatchObject({
      status: 'warning',
      seen: '10 functions may run at once, up to 18 are wanted (12 of them for the shards)',
    });
  });

  test('a zone without MSK is refused', async () => {
    const { body } = aws.answers.get('DescribeAvailabilityZones') as AwsAnswer;
    aws.answers.set('DescribeAvailabilityZones', { body: body.replace('euw1-az2', 'use1-az3') });
    expect(lineOf(await doctorOfStage(aws.stage()), 'zones')).toMatchObject({
      status: 'failed',
      seen: expect.stringContaining('eu-west-1b (use1-az3) has no MSK') as string,
    });
  });

  test('streams of another stage are in the way', async () => {
    aws.answers.set('DescribeStreamSummary', stream());
    expect(lineOf(await doctorOfStage(aws.stage()), 'names')).toMatchObject({
      status: 'failed',
      seen: expect.stringContaining('there already: streaming-pinterest-pin') as string,
      remedy: expect.stringContaining('-c userId=') as string,
    });
  });
});

test.each<[operation: string, AwsAnswer, check: string, right: string]>([
  ['GetParameter', DENIED_JSON, 'CDK bootstrap', 'ssm:GetParameter'],
  [
    'DescribeSubnets',
    {
      status: 403,
      body: '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You may not.</Message></Error></Errors></Response>',
    },
    'zones',
    'ec2:DescribeSubnets',
  ],
  ['DescribeDBInstances', DENIED_XML, 'database', 'rds:DescribeDBInstances'],
  [
    `GET /api/v2/clusters/${CLUSTER}`,
    { status: 403, body: '{"message":"You may not."}' },
    'Kafka cluster',
    'kafka:DescribeClusterV2',
  ],
  [
    `GET /v1/connectors/${CONNECTOR}`,
    { status: 403, body: '{"message":"You may not."}' },
    'S3 sink',
    'kafkaconnect:DescribeConnector',
  ],
  ['GetMetricData', DENIED_JSON, 'S3 sink tasks', 'cloudwatch:GetMetricData'],
  ['DescribeTargetHealth', DENIED_XML, 'REST proxy hosts', 'elasticloadbalancing:DescribeTargetHealth'],
  ['DescribeStreamSummary', DENIED_JSON, 'streams', 'kinesis:DescribeStreamSummary'],
  [MAPPING, { status: 403, body: '{"Message":"You may not."}' }, 'appenders', 'lambda:GetEventSourceMapping'],
  [
    'GET /2016-08-19/account-settings',
    { status: 403, body: '{"Message":"You may not."}' },
    'Lambda concurrency',
    'lambda:GetAccountSettings',
  ],
  ['DescribeAlarms', DENIED_JSON, 'alarms', 'cloudwatch:DescribeAlarms'],
  ['HEAD /sink/answers/answers.json', { status: 403, body: '' }, 'answers', 's3:GetObject'],
])('who may not ask by %s is told the right', async (operation, answer, check, right) => {
  aws.answers.set(operation, answer);
  const results = await doctorOfStage(aws.stage());
  expect(lineOf(results, check)).toMatchObject({
    status: 'unknown',
    seen: expect.stringContaining('not allowed') as string,
    remedy: expect.stringContaining(right) as string,
  });
  expect(isWell(results)).toBe(false);
});

test('who may not read the stacks is told so, and is asked nothing that follows from them', async () => {
  aws.answers.set('DescribeStacks', DENIED_XML);
  const results = await doctorOfStage(aws.stage());
  expect(results.map(({ check }) => check)).toEqual(['credentials', 'stacks', 'CDK bootstrap']);
  expect(lineOf(results, 'stacks')).toMatchObject({
    status: 'unknown',
    remedy: expect.stringContaining('cloudformation:DescribeStacks') as string,
  });
});

test('without usable credentials there is one line', async () => {
  aws.answers.set('GetCallerIdentity', {
    status: 403,
    body: '<ErrorResponse><Error><Code>ExpiredToken</Code><Message>It has expired.</Message></Error></ErrorResponse>',
  });
  expect(await doctorOfStage(aws.stage())).toEqual([
    {
      check: 'credentials',
      status: 'failed',
      seen: 'It has expired.',
      remedy: expect.stringContaining('aws sso login') as string,
    },
  ]);
});

test('services that do not answer are told within the time', async () => {
  const never: AwsAnswerer = () => new Promise<never>(() => undefined);
  for (const operation of ['DescribeAlarms', 'GetMetricData', 'DescribeStreamSummary', 'GET /live/topics'])
    aws.answers.set(operation, never);
  const results = await doctorOfStage(aws.stage(), 4_000);
  expect(bad(results)).toEqual(
    expect.arrayContaining(['S3 sink tasks unknown', 'streams unknown', 'alarms unknown', 'topics unknown']),
  );
  expect(lineOf(results, 'alarms')?.seen).toBe('no response within 4 s');
});

/** `doctor --stage`, against a server that plays AWS: what is asked, and what is not. */
import { doctorOfStage } from '../../../../../tools/deployed-stage/doctor/stage-doctor';
import type { AwsAnswer, AwsAnswerer } from '../scripted-aws';
import { bad, lineOf, useHealthyStage } from './healthy-stage';
import {
  DENIED_JSON,
  DENIED_XML,
  json,
  RESOURCES,
  scriptStacks,
  stream,
  xml,
  type ScriptedStacks,
} from './scripted-stage';

const HOUR = 3_600_000;
const aws = useHealthyStage();

test('of a stage that is well every line is', async () => {
  const results = await doctorOfStage(aws().stage());
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
      'unsigned GET /health returns 403; signed GET /health returns 200; signed GET /streams returns 200',
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
  scriptStacks(aws(), stacks);
  const results = await doctorOfStage(aws().stage());
  const found = lineOf(results, 'stacks');
  expect([found?.status, found?.seen, found?.remedy]).toEqual([
    line,
    expect.stringContaining(seen),
    expect.stringContaining(remedy),
  ]);
});

test('parts that are brought along are not asked for, and the worker of one’s own is', async () => {
  const brought = ['network', 'cluster', 'client-host', 'batch'];
  scriptStacks(aws(), {
    parts: ['key', 'source', 'storage', 'kafka', 'stream', 'api', 'emulator', 'operations'],
    resources: { stream: RESOURCES.stream ?? [], api: RESOURCES.api ?? [] },
  });
  const template = {
    Resources: {
      Sink: { Type: 'Custom::SinkConnector', Properties: { ConnectUrl: `${aws().url}/connect` } },
    },
  };
  const setTemplate = (): void => {
    aws().answers.set(
      'GetTemplate',
      xml('GetTemplate', `<TemplateBody>${JSON.stringify(template)}</TemplateBody>`),
    );
  };
  setTemplate();
  const sink = (...states: string[]): AwsAnswer =>
    json({
      connector: { state: 'RUNNING' },
      tasks: states.map((state, id) => ({ id, state, trace: 'a\nb' })),
    });
  const path = 'GET /connect/connectors/pinterest-dev-s3-sink/status';
  aws().answers.set(path, sink('RUNNING', 'RUNNING'));
  const results = await doctorOfStage(aws().stage());
  expect(bad(results)).toEqual([]);
  expect(lineOf(results, 'S3 sink')?.seen).toBe('pinterest-dev-s3-sink: 2 tasks RUNNING');
  expect(results.map(({ check }) => check)).not.toEqual(expect.arrayContaining(brought));

  aws().answers.set(path, sink('RUNNING', 'FAILED'));
  expect(lineOf(await doctorOfStage(aws().stage()), 'S3 sink')).toMatchObject({
    status: 'failed',
    seen: 'connector RUNNING, task 1 FAILED: a',
    remedy: expect.stringContaining(
      `${aws().url}/connect/connectors/pinterest-dev-s3-sink/restart?`,
    ) as string,
  });

  template.Resources.Sink.Properties.ConnectUrl = 'http://127.0.0.1:1';
  setTemplate();
  expect(lineOf(await doctorOfStage(aws().stage()), 'S3 sink')).toMatchObject({
    status: 'unknown',
    remedy: expect.stringContaining(
      'curl http://127.0.0.1:1/connectors/pinterest-dev-s3-sink/status',
    ) as string,
  });
});

test('a usage plan’s key is sent with what is signed', async () => {
  scriptStacks(aws(), { outputs: { ApiKeyId: 'key1' } });
  aws().answers.set('GET /apikeys/key1?includeValue=true', json({ value: 'the key' }));
  expect(bad(await doctorOfStage(aws().stage()))).toEqual([]);
  aws().answers.set('GET /apikeys/key1?includeValue=true', { ...DENIED_JSON, status: 403 });
  const api = lineOf(await doctorOfStage(aws().stage()), 'API');
  expect(api).toMatchObject({
    status: 'unknown',
    remedy: expect.stringContaining('apigateway:GET') as string,
  });
});

test('of a parked stage only what is left is asked', async () => {
  const { stream: mappings } = RESOURCES;
  const parts = ['key', 'storage', 'stream', 'batch'];
  scriptStacks(aws(), { parts, resources: {} });
  const results = await doctorOfStage(aws().stage());
  expect(results.map(({ check, status: one }) => [check, one])).toEqual([
    ['credentials', 'ok'],
    ['stacks', 'ok'],
    ['CDK bootstrap', 'ok'],
    ['answers', 'ok'],
  ]);
  expect(lineOf(results, 'stacks')?.seen).toBe('4 of 4 stacks are whole, the stage is parked');
  // Half parked: the streams are there still, and cost.
  scriptStacks(aws(), {
    parts,
    resources: { stream: [...(mappings ?? []), ['AWS::Kinesis::Stream', 'streaming-pinterest-pin']] },
  });
  expect(lineOf(await doctorOfStage(aws().stage()), 'stacks')?.status).toBe('failed');
});

describe('before anything is deployed', () => {
  beforeEach(() => {
    scriptStacks(aws(), { parts: [] });
    aws().answers.set('DescribeStreamSummary', {
      status: 400,
      body: '{"__type":"ResourceNotFoundException","message":"none"}',
    });
  });

  test('it is said, with what can be asked already', async () => {
    const results = await doctorOfStage(aws().stage());
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
    aws().answers.set(
      'GET /2016-08-19/account-settings',
      json({ AccountLimit: { ConcurrentExecutions: 10 } }),
    );
    const line = lineOf(await doctorOfStage(aws().stage('prod')), 'Lambda concurrency');
    expect(line).toMatchObject({
      status: 'warning',
      seen: '10 functions may run at once, up to 18 are wanted (12 of them for the shards)',
    });
  });

  test('a zone without MSK is refused', async () => {
    const { body } = aws().answers.get('DescribeAvailabilityZones') as AwsAnswer;
    aws().answers.set('DescribeAvailabilityZones', { body: body.replace('euw1-az2', 'use1-az3') });
    expect(lineOf(await doctorOfStage(aws().stage()), 'zones')).toMatchObject({
      status: 'failed',
      seen: expect.stringContaining('eu-west-1b (use1-az3) has no MSK') as string,
    });
  });

  test('streams of another stage are in the way', async () => {
    aws().answers.set('DescribeStreamSummary', stream());
    expect(lineOf(await doctorOfStage(aws().stage()), 'names')).toMatchObject({
      status: 'failed',
      seen: expect.stringContaining('there already: streaming-pinterest-pin') as string,
      remedy: expect.stringContaining('-c userId=') as string,
    });
  });
});

test('who may not read the stacks is told so, and is asked nothing that follows from them', async () => {
  aws().answers.set('DescribeStacks', DENIED_XML);
  const results = await doctorOfStage(aws().stage());
  expect(results.map(({ check }) => check)).toEqual(['credentials', 'stacks', 'CDK bootstrap']);
  expect(lineOf(results, 'stacks')).toMatchObject({
    status: 'unknown',
    remedy: expect.stringContaining('cloudformation:DescribeStacks') as string,
  });
});

test('without usable credentials there is one line', async () => {
  aws().answers.set('GetCallerIdentity', {
    status: 403,
    body: '<ErrorResponse><Error><Code>ExpiredToken</Code><Message>It has expired.</Message></Error></ErrorResponse>',
  });
  expect(await doctorOfStage(aws().stage())).toEqual([
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
    aws().answers.set(operation, never);
  const results = await doctorOfStage(aws().stage(), 4_000);
  expect(bad(results)).toEqual(
    expect.arrayContaining(['S3 sink tasks unknown', 'streams unknown', 'alarms unknown', 'topics unknown']),
  );
  expect(lineOf(results, 'alarms')?.seen).toBe('no response within 4 s');
});

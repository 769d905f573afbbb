/**
 * The app deployed by the CDK command line to a real local AWS, next to a real broker and a real Connect worker. The
 * REST proxy is a server that records what the API forwards.
 */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Kafka, logLevel } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectorConfig } from '../../lib/sink/connector-config';
import { deployment } from '../unit/lib/synth';
import { streamApi } from './deploy/stream-api';
import { deployApp, type DeployedApp } from './support/deployed-app';
import { startRecordingServer, type RecordingServer } from './support/recording-server';
import { signedFetch } from './support/signed-fetch';

const CONTENT_TYPE = 'application/vnd.kafka.json.v2+json';
const RECORDS = '{"records":[{"key":1,"value":{"title":"Ü 🚀 \\"quoted\\"\\n"}}]}';
// A user id that is hard on names: a digit first, capitals, and as long as may be.
const USER_ID = `0Test-${'x'.repeat(34)}`;

let proxy: RecordingServer;
let app: DeployedApp;
let kafka: Kafka;

beforeAll(async () => {
  proxy = await startRecordingServer();
  app = await deployApp(USER_ID, proxy.url);
  kafka = new Kafka({ brokers: [app.bootstrapServers], logLevel: logLevel.NOTHING });
}, 1_200_000);

afterAll(async () => {
  // A deployment that failed has closed itself.
  await (app as DeployedApp | undefined)?.close();
  await proxy.close();
}, 120_000);

const output = (key: string): string => app.outputs[key] ?? `no output ${key}`;

/** Calls a service that listens to signed requests. */
function signedCall(service: string, method: string, url: string, body?: string): Promise<Response> {
  const { region, credentials } = app.aws;
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': CONTENT_TYPE };
  return signedFetch({ region, service, accessKeyId: credentials.accessKeyId }, method, url, body, headers);
}

/** Calls the API with a signature. */
function call(method: string, path: string, body?: string): Promise<Response> {
  return signedCall('execute-api', method, `${output('ApiUrl')}${path}`, body);
}

beforeEach(() => {
  proxy.requests.length = 0;
  proxy.reply = { status: 200, body: '{"offsets":[]}' };
});

describe('the API', () => {
  test('forwards a signed POST byte for byte, and hands back status and body', async () => {
    for (const reply of [
      { status: 200, body: '{"offsets":[{"partition":0,"offset":42,"error_code":null,"error":null}]}' },
      { status: 404, body: '{"error_code":40401,"message":"Topic not found."}' },
      { status: 422, body: '{"error_code":42201,"message":"Unprocessable"}' },
      { status: 503, body: '{"error_code":50301,"message":"No brokers"}' },
    ]) {
      proxy.reply = reply;
      const response = await call('POST', `/topics/${USER_ID}.pin`, RECORDS);
      expect([response.status, await response.text()]).toEqual([reply.status, reply.body]);
    }
    expect(proxy.requests).toHaveLength(4);
    expect(proxy.requests[0]).toEqual({
      method: 'POST',
      url: `/topics/${USER_ID}.pin`,
      contentType: CONTENT_TYPE,
      body: RECORDS,
    });
  });

  test('forwards GET to every path, with its query', async () => {
    for (const path of ['/topics', '/topics/a', '/health', '/a/b/c?x=1&y=2']) {
      expect((await call('GET', path)).status).toBe(200);
    }
    expect(proxy.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /topics',
      'GET /topics/a',
      'GET /health',
      'GET /a/b/c?x=1&y=2',
    ]);
  });

  test.each([
    ['POST', '/topics'],
    ['POST', '/topics/a/b'],
    ['POST', '/consumers/a'],
    ['PUT', '/topics/a'],
    ['PATCH', '/health'],
    ['DELETE', '/topics/a'],
    ['OPTIONS', '/topics/a'],
  ])('refuses %s %s before the proxy', async (method, path) => {
    const response = await call(method, path, method === 'DELETE' ? undefined : RECORDS);
    expect(response.status).toBe(403);
    expect(proxy.requests).toEqual([]);
  });

  test.each([
    ['POST', '/topics/a'],
    ['GET', '/topics'],
    ['GET', '/topics/a'],
    ['GET', '/health'],
  ])('refuses an unsigned %s %s before the proxy', async (method, path) => {
    const body = method === 'POST' ? RECORDS : undefined;
    const response = await fetch(`${output('ApiUrl')}${path}`, { method, body });
    expect(response.status).toBe(403);
    expect(proxy.requests).toEqual([]);
  });
});

describe('the routes of the streams', () => {
  streamApi(USER_ID, () => app);
});

test('the topics are there, laid out as the stage says', async () => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = ['pin', 'geo', 'user', 'dead-letters'].map((name) => `${USER_ID}.${name}`);
    const { topics: found } = await admin.fetchTopicMetadata({ topics });
    expect(Object.fromEntries(found.map(({ name, partitions }) => [name, partitions.length]))).toEqual(
      Object.fromEntries(topics.map((name, index) => [name, index < 3 ? 3 : 1])),
    );
  } finally {
    await admin.disconnect();
  }
});

test('the connector runs with the configuration of the app', async () => {
  const name = output('SinkConnectorName');
  const response = await fetch(`${app.connectUrl}/connectors/${name}/config`);
  const { stage } = deployment();
  expect(await response.json()).toEqual({
    name,
    ...connectorConfig({
      userId: USER_ID,
      bucketName: output('SinkBucketName'),
      region: app.aws.region,
      s3Endpoint: app.aws.endpoint,
      replicationFactor: 1,
      sink: stage.sink,
    }),
  });
});

test('a record in a topic becomes a line in the bucket, and one that is no JSON a dead-letter record', async () => {
  const topic = `${USER_ID}.geo`;
  const value = '{"ind":7,"country":"Österreich"}';
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({
    topic,
    messages: [
      { partition: 1, key: '7', value },
      { partition: 1, key: '8', value: 'no JSON' },
    ],
  });
  await producer.disconnect();
  const client = new S3Client(app.aws);
  const Bucket = output('SinkBucketName');
  const list = async (): Promise<string[]> =>
    ((await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'topics/' }))).Contents ?? []).map(
      ({ Key }) => Key ?? '',
    );
  const deadline = Date.now() + 180_000;
  while ((await list()).length === 0 && Date.now() < deadline) await sleep(250);
  const Key = `topics/${topic}/partition=1/${topic}+1+${'0'.repeat(20)}.json`;
  expect(await list()).toEqual([Key]);
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  expect(await Body?.transformToString()).toBe(`${value}\n`);
  const admin = kafka.admin();
  await admin.connect();
  const deadLetters = async (): Promise<string | undefined> =>
    (await admin.fetchTopicOffsets(`${USER_ID}.dead-letters`))[0]?.high;
  while ((await deadLetters()) === '0' && Date.now() < deadline) await sleep(250);
  expect(await deadLetters()).toBe('1');
  await admin.disconnect();
}, 240_000);

test('the function of the dead-letter records copies them into the bucket, with what Kafka Connect says of them', async () => {
  const lambda = new LambdaClient({ ...app.aws, requestHandler: { requestTimeout: 120_000 } });
  const invoke = async (): Promise<unknown> => {
    const { Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: output('DeadLettersFunctionName') }),
    );
    return JSON.parse(Buffer.from(Payload ?? []).toString('utf8')) as unknown;
  };
  expect(await invoke()).toEqual({ kept: 1 });
  expect(await invoke()).toEqual({ kept: 0 });
  const topic = `${USER_ID}.dead-letters`;
  const { Body } = await new S3Client(app.aws).send(
    new GetObjectCommand({
      Bucket: output('SinkBucketName'),
      Key: `topics/${topic}/partition=0/${topic}+0+${'0'.repeat(20)}.json`,
    }),
  );
  expect(JSON.parse((await Body?.transformToString()) ?? '')).toEqual({
    topic: `${USER_ID}.geo`,
    partition: 1,
    offset: 1,
    reason: expect.stringContaining("Unrecognized token 'no'") as string,
    value: Buffer.from('no JSON').toString('base64'),
    deadLetterOffset: 0,
  });
});

test('the secret says how to reach the database', async () => {
  const client = new SecretsManagerClient(app.aws);
  expect(output('SourceSecretArn')).toMatch(/^arn:aws:secretsmanager:us-east-1:\d{12}:secret:/);
  const { SecretString } = await client.send(
    new GetSecretValueCommand({ SecretId: output('SourceSecretArn') }),
  );
  expect(JSON.parse(String(SecretString))).toEqual({
    username: 'emulator',
    password: expect.stringMatching(/^[A-Za-z0-9]{32}$/) as string,
    host: '127.0.0.1',
    port: app.databasePort,
    dbname: 'pinterest',
  });
});

test('the bucket is private, encrypted and for TLS only', async () => {
  const client = new S3Client(app.aws);
  const Bucket = output('SinkBucketName');
  expect(Bucket).toMatch(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
  const { PublicAccessBlockConfiguration } = await client.send(new GetPublicAccessBlockCommand({ Bucket }));
  expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
  const { ServerSideEncryptionConfiguration } = await client.send(new GetBucketEncryptionCommand({ Bucket }));
  expect(JSON.stringify(ServerSideEncryptionConfiguration)).toContain('AES256');
  const { Policy } = await client.send(new GetBucketPolicyCommand({ Bucket }));
  expect(JSON.parse(String(Policy))).toMatchObject({
    Statement: [{ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
  });
});

test('the emulator can be invoked: it reads the secret and tries the database', async () => {
  const client = new LambdaClient(app.aws);
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName: output('EmulatorFunctionName') }),
  );
  // Nothing listens on the database's port here.
  expect(FunctionError).toBeDefined();
  expect(Buffer.from(Payload ?? []).toString('utf8')).toContain(`127.0.0.1:${app.databasePort}`);
});

test('the schedules of the emulator, one for each destination, are there, switched off', async () => {
  const get = async <T>(path: string): Promise<T> =>
    (await (await signedCall('scheduler', 'GET', `${app.aws.endpoint}${path}`)).json()) as T;
  const { Schedules } = await get<{ Schedules: { Name: string; Target: { Arn: string } }[] }>('/schedules');
  const { FunctionArn } = await new LambdaClient(app.aws).send(
    new GetFunctionConfigurationCommand({ FunctionName: output('EmulatorFunctionName') }),
  );
  const own = await Promise.all(
    Schedules.filter(({ Target }) => Target.Arn === FunctionArn).map(({ Name }) =>
      get<{ State: string; Target: { Input?: string } }>(`/schedules/${Name}`),
    ),
  );
  const inputs = own.map(({ State, Target }) => `${State} ${Target.Input ?? ''}`.trim()).sort();
  expect(inputs).toEqual(['DISABLED', 'DISABLED {"destination":"streams"}']);
});

test('deploying again changes nothing', async () => {
  const client = new CloudFormationClient(app.aws);
  const state = async (): Promise<unknown> => {
    const { Stacks } = await client.send(new DescribeStacksCommand({}));
    return Stacks?.map(({ StackName, StackStatus, CreationTime, LastUpdatedTime, Outputs }) => [
      StackName,
      StackStatus,
      CreationTime,
      LastUpdatedTime,
      Outputs,
    ]);
  };
  const before = await state();
  await app.deploy();
  expect(await state()).toEqual(before);
}, 900_000);

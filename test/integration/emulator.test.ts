/**
 * The emulator on real parts: MariaDB, the Kafka REST proxy before a real broker, and a local AWS with S3 and Secrets
 * Manager. The API Gateway in front of the proxy has its own test (deploy); here the emulator's URL is the proxy's.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APIGatewayClient, CreateApiKeyCommand } from '@aws-sdk/client-api-gateway';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import { emulate, openPorts, type EmulatorOptions, type EmulatorReport } from '../../services/emulator';
import type { TopicLedgerLine } from '../../services/emulator/ledger';
import { s3LedgerStore } from '../../services/emulator/ledger-store';
import { FEED_NAMES, topicName } from '../../services/contract';
import { handler } from '../../lambda/emulator';
import { closePorts } from '../../lambda/emulator/ports';
import { ensureParts } from '../../tools/local-run/install';
import { setDatabaseUser } from '../../tools/local-run/parts/mariadb';
import { startRestProxy, type RunningRestProxy } from '../../tools/local-run/parts/rest-proxy';
import { PostGenerator } from '../../services/source/generator';
import { seedDatabase } from '../../services/source/seeder';
import { KafkaHarness } from './rest-proxy-harness';
import { sharedParts } from './support/shared-parts';

jest.setTimeout(600_000);

const POSTS = 3000;
const BUCKET = 'sink';
const stateDir = mkdtempSync(join(tmpdir(), 'emulator-'));
const stops: (() => Promise<void>)[] = [];
const { kafka, mariaDb, miniStack } = sharedParts();
const harness = KafkaHarness.shared();
let proxy: RunningRestProxy;
let s3: S3Client;
let secretArn: string;

beforeAll(async () => {
  await ensureParts(undefined, { only: ['rest-proxy'] });
  proxy = await startRestProxy({ stateDir, bootstrapServers: kafka.bootstrapServers });
  stops.push(() => proxy.stop());
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: miniStack.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'EMULATORTEST',
    AWS_SECRET_ACCESS_KEY: 'local',
  });

  const user = { database: 'posts', username: 'emulator', password: 'pass' } as const;
  await setDatabaseUser(mariaDb, { ...user, access: 'all' });
  const secret = { ...user, host: '127.0.0.1', port: mariaDb.ports.mariadb, dbname: 'posts' };
  await seedDatabase({ database: secret, posts: POSTS });
  // From now on it may read, and nothing else.
  await setDatabaseUser(mariaDb, { ...user, access: 'read' });
  s3 = new S3Client({ forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const secrets = new SecretsManagerClient({});
  const { ARN } = await secrets.send(
    new CreateSecretCommand({ Name: 'source', SecretString: JSON.stringify(secret) }),
  );
  secrets.destroy();
  secretArn = ARN ?? '';
});

afterAll(async () => {
  s3.destroy();
  for (const stop of stops.reverse()) await stop();
  rmSync(stateDir, { recursive: true, force: true });
});

async function createTopics(userId: string): Promise<void> {
  for (const feed of FEED_NAMES) await harness.createTopic(topicName(userId, feed));
}

async function ledgerOf(run: string): Promise<TopicLedgerLine[]> {
  const store = s3LedgerStore(s3, BUCKET);
  const names = await store.list(`sent/${run}/`, '', 1000);
  const texts = await Promise.all(names.map((name) => store.get(name)));
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as TopicLedgerLine),
  );
}

async function send(options: EmulatorOptions): Promise<EmulatorReport> {
  const ports = await openPorts({ apiUrl: proxy.url, sourceSecretArn: secretArn, sinkBucket: BUCKET });
  try {
    return await emulate({ rate: 0, ...options }, ports);
  } finally {
    await ports.close();
  }
}

test('every post arrives once, over several partitions, and the ledger knows every offset', async () => {
  await createTopics('whole');
  const report = await send({ userId: 'whole', mode: 'all', run: 'whole' });
  expect(report).toMatchObject({
    posts: POSTS,
    available: POSTS,
    ended: 'done',
    ok: true,
    warnings: [],
    problems: [],
  });
  const generator = new PostGenerator(100);
  const lines = await ledgerOf('whole');
  for (const feed of FEED_NAMES) {
    // Every post is in the topic, under its key and with its bytes, and the ledger has the offset of each.
    const records = await harness.read(topicName('whole', feed));
    const keys = records.map(({ key }) => Number(key));
    expect([...keys].sort((a, b) => a - b)).toEqual(Array.from({ length: POSTS }, (_, n) => n));
    expect(records.map(({ value }) => value)).toEqual(
      keys.map((key) => JSON.stringify(generator.post(key)[feed])),
    );
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(3);
    const ofFeed = lines.filter((line) => line.feed === feed);
    const acknowledged = ofFeed.flatMap(({ offsets }) =>
      offsets.flatMap(([partition, first, last]) =>
        Array.from({ length: last - first + 1 }, (_, index) => `${partition}:${first + index}`),
      ),
    );
    expect(acknowledged.sort()).toEqual(
      records.map(({ partition, offset }) => `${partition}:${offset}`).sort(),
    );
    expect(ofFeed.reduce((sum, line) => sum + line.acknowledged, 0)).toBe(POSTS);
  }
  expect(await send({ userId: 'whole', mode: 'all', run: 'whole' })).toMatchObject({ posts: 0, ok: true });
});

test('a secret that does not exist is told by its name', async () => {
  await expect(
    openPorts({ apiUrl: proxy.url, sourceSecretArn: 'no-such-secret', sinkBucket: BUCKET }),
  ).rejects.toThrow(/The source secret no-such-secret cannot be read: .*can't find/);
});

test('a key that the API asks for is read once and sent with every request', async () => {
  const client = new APIGatewayClient({});
  const key = await client.send(new CreateApiKeyCommand({ name: 'emulator', enabled: true }));
  client.destroy();
  const received: unknown[] = [];
  const api = createServer((request, response) => {
    received.push(request.headers['x-api-key']);
    response.end('{}');
  });
  await once(api.listen(0, '127.0.0.1'), 'listening');
  const { port } = api.address() as AddressInfo;
  const targets = { apiUrl: `http://127.0.0.1:${port}/v1`, sourceSecretArn: secretArn, sinkBucket: BUCKET };
  const ports = await openPorts({ ...targets, apiKeyId: key.id });
  for (const path of ['/topics/a.pin', '/topics/a.geo']) {
    await ports.api.request({ method: 'POST', path, contentType: 'application/json', body: '{}' });
  }
  await ports.close();
  api.closeAllConnections();
  api.close();
  expect(key.value).toMatch(/^\S{20,}$/);
  expect(received).toEqual([key.value, key.value]);
  await expect(openPorts({ ...targets, apiKeyId: 'no-such-key' })).rejects.toThrow(
    'The API key no-such-key cannot be read: Invalid API Key',
  );
});

test('the function on its schedule sends other posts each time, and ends before its time is up', async () => {
  await createTopics('lambda');
  Object.assign(process.env, {
    API_URL: proxy.url,
    SOURCE_SECRET_ARN: secretArn,
    SINK_BUCKET: BUCKET,
    USER_ID: 'lambda',
    SEED: '5',
    POSTS_PER_RUN: '40',
    RATE: '1000',
  });
  const lines: string[] = [];
  const log = jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const invoke = (milliseconds: number): Promise<EmulatorReport> =>
    handler({}, { getRemainingTimeInMillis: () => milliseconds } as Context);
  const [first, second] = [await invoke(300_000), await invoke(300_000)];
  expect([first.run, first.from, first.to, second.from, second.to]).toEqual(['scheduled-5', 0, 40, 40, 80]);
  process.env.POSTS_PER_RUN = '100000';
  // Of its time, 45 s are kept for the end: it sends for five.
  const third = await invoke(50_000);
  expect(third).toMatchObject({ from: 80, ended: 'stopped', ok: true });
  expect(third.posts).toBeGreaterThan(0);
  expect(third.seconds).toBeLessThan(25);
  log.mockRestore();
  // As the metric filter of failed runs reads them: a line of JSON each, and nothing before it.
  expect(lines.map((line) => JSON.parse(line) as EmulatorReport)).toEqual([first, second, third]);
  expect(lines.every((line) => line.endsWith('}\n'))).toBe(true);
  await closePorts();
});

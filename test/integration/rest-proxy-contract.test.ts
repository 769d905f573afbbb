/** The contract of Confluent's REST Proxy v2 for producers, request by request: what is taken. */
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync, deflateSync } from 'node:zlib';
import {
  KafkaHarness,
  SETUP_TIMEOUT_MS,
  TEST_TIMEOUT_MS,
  resultsOf,
  send,
  type ProxyProcess,
  type Reply,
} from './rest-proxy-harness';

jest.setTimeout(TEST_TIMEOUT_MS);

const BINARY_TYPE = 'application/vnd.kafka.binary.v2+json';
const MAX_BODY = 2_000_000;
let harness: KafkaHarness;
let proxy: ProxyProcess;

beforeAll(async () => {
  harness = KafkaHarness.shared();
  proxy = await harness.startProxy(
    ...['--topics', 'contract*', '--max-body-bytes', String(MAX_BODY), '--log-level', 'debug'],
  );
  await harness.createTopic('contract', 3);
  await harness.createTopic('contract-kept', 1);
  await harness.createTopic('contract.geo', 3);
}, SETUP_TIMEOUT_MS);
afterAll(async () => {
  await harness.stop();
});

type Headers = Record<string, string>;
const post = (path: string, body: string | Buffer, headers: Headers = {}): Promise<Reply> =>
  send(`${proxy.url}${path}`, body, { headers });
const get = (path: string, headers: Headers = {}): Promise<Reply> =>
  send(`${proxy.url}${path}`, undefined, { headers });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('lists brokers and partitions', async () => {
  const partitions = [0, 1, 2].map((partition) => ({
    partition,
    leader: 1,
    replicas: [{ broker: 1, leader: true, in_sync: true }],
  }));
  const read = async (path: string): Promise<unknown> => JSON.parse((await get(path)).text);
  expect(await read('/brokers')).toEqual({ brokers: [1] });
  expect(await read('/topics/contract/partitions')).toEqual(partitions);
  expect(await read('/topics/contract/partitions/2')).toEqual(partitions[2]);
  const names = (await read('/topics')) as string[];
  expect(names.sort()).toEqual(['contract', 'contract-kept', 'contract.geo']);
});

test('takes what looks odd and is JSON, and stores its bytes as sent', async () => {
  const values = [
    '{"a":1,"a":2}',
    '123456789012345678901234567890.0e-5',
    '1E400',
    '-0.0',
    '"\\u0000\\ud800\\uffff"',
    '"Z̤͔ͧ̑̓ä͖̭̈̇lͮ̒ͫ \u202e\u2066test\u2069 ﷽ 👩‍👩‍👧‍👦"',
    `"'; DROP TABLE pin; -- <script>alert(1)</script> \${jndi:ldap://x} %s%n ../../etc/passwd"`,
    '"__proto__"',
    '{"__proto__":{"x":1},"constructor":null,"":""}',
    '[ \t\r\n]',
    `${'['.repeat(500)}${']'.repeat(500)}`,
  ];
  const body = `\n{ "records" : [${values.map((value) => `{"value":${value},"key":${value}}`).join(' , ')}]}\r\n`;
  expect(resultsOf(await post('/topics/contract-kept', body)).map(({ error_code }) => error_code)).toEqual(
    values.map(() => null),
  );
  const stored = await harness.read('contract-kept');
  expect(stored.map(({ key, value }) => [key, value])).toEqual(values.map((value) => [value, value]));
});

test('JSON and base64 of one post are in one partition, in order; a partition in the path is obeyed', async () => {
  const row = (n: number): string => `{"ind":${n},"country":"Peru"}`;
  const binary = { 'content-type': BINARY_TYPE };
  const places = new Set<string>();
  for (let n = 0; n < 12; n += 1) {
    const json = `{"records":[{"value":${row(n)}}]}`;
    const encoded = `{"records":[{"key":"${base64('other')}","value":"${base64(row(n))}"}]}`;
    const [first] = resultsOf(await post('/topics/contract.geo', json));
    const [second] = resultsOf(await post('/topics/contract.geo', encoded, binary));
    expect(second?.partition).toBe(first?.partition);
    places.add(String(first?.partition));
    // The path may only say what the row number says.
    const other = `/topics/contract.geo/partitions/${((first?.partition ?? 0) + 1) % 3}`;
    expect(await post(other, encoded, binary)).toMatchObject({ status: 422 });
    expect((await post(`/topics/contract.geo/partitions/${first?.partition ?? 0}`, json)).status).toBe(200);
  }
  expect(places).toEqual(new Set(['0', '1', '2']));
  const free = await post(
    '/topics/contract.geo/partitions/2',
    `{"records":[{"value":"${base64('no\0row')}"}]}`,
    binary,
  );
  expect(resultsOf(free)).toMatchObject([{ partition: 2, error_code: null }]);
  const stored = await harness.read('contract.geo');
  expect(stored).toHaveLength(12 * 3 + 1);
  expect(stored.filter(({ value }) => value === row(7)).map(({ key }) => key)).toEqual(['7', 'other', '7']);
  expect(stored.at(-1)).toMatchObject({ partition: 2, key: null, value: 'no\0row' });
});

test('bodies may be compressed, within the same limits; a bomb is refused without inflating all of it', async () => {
  const gzip = { 'content-encoding': 'gzip' };
  const text = `{"records":[{"value":"${'x'.repeat(1_000)}"}]}`;
  const compressed = gzipSync(text);
  expect((await post('/topics/contract-kept', compressed, gzip)).status).toBe(200);
  // Several members are one body (RFC 1952, section 2.2).
  const members = Buffer.concat([gzipSync(text.slice(0, 9)), gzipSync(text.slice(9))]);
  expect((await post('/topics/contract-kept', members, gzip)).status).toBe(200);
  expect(
    (await post('/topics/contract-kept', deflateSync(text), { 'content-encoding': 'deflate' })).status,
  ).toBe(200);
  // 300 MB of spaces, which JSON allows before the object.
  const bomb = gzipSync(Buffer.alloc(300_000_000, ' '));
  expect(bomb.length).toBeLessThan(MAX_BODY);
  const before = await metric('process_resident_memory_bytes');
  const replies = await Promise.all([1, 2, 3, 4].map(() => post('/topics/contract-kept', bomb, gzip)));
  expect(replies.map(({ status }) => status)).toEqual([413, 413, 413, 413]);
  expect((await metric('process_resident_memory_bytes')) - before).toBeLessThan(100_000_000);
  // Garbage after the end of the compressed body is either dropped or refused, and never stored.
  const padded = await post('/topics/contract-kept', Buffer.concat([compressed, Buffer.from('junk')]), gzip);
  expect([200, 400]).toContain(padded.status);
  const stored = await harness.read('contract-kept');
  expect(stored.filter(({ value }) => value === `"${'x'.repeat(1_000)}"`).length).toBe(
    padded.status === 200 ? 4 : 3,
  );
  expect(await metric('rest_proxy_bytes_in_flight')).toBe(0);
});

test('the response has the type that Accept prefers, and the id of the request', async () => {
  const accepted = await get('/topics', {
    accept: 'application/json, */*;q=0.5',
    'x-request-id': 'a.b:1/2=',
  });
  expect(accepted.headers).toMatchObject({ 'content-type': 'application/json', 'x-request-id': 'a.b:1/2=' });
  const refused = await get('/topics/contract-missing', {
    accept: 'application/json',
    'x-request-id': 'a"b c',
  });
  const id = String(refused.headers['x-request-id']);
  expect(refused).toMatchObject({ status: 404, headers: { 'content-type': 'application/json' } });
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  // A line is written after its response.
  while (!proxy.output().includes(`"requestId":"${id}"`)) await sleep(10);
  const lines = proxy.output().trim().split('\n');
  for (const [requestId, path] of [
    ['a.b:1/2=', '/topics'],
    [id, '/topics/contract-missing'],
  ])
    expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ message: 'request', requestId, path }),
    );
});

/** The value of a metric, by its name and labels as they are written. */
async function metric(name: string): Promise<number> {
  const { text } = await send(`${proxy.adminUrl}/metrics`);
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length) ?? 0);
}

test('metrics and health are on a port of their own', async () => {
  const produced = 'rest_proxy_requests_total{method="POST",route="/topics/{topic}",status="200"}';
  const names = [
    produced,
    'rest_proxy_requests_total{method="POST",route="/topics/{topic}",status="422"}',
    'rest_proxy_records_total{result="stored"}',
    'rest_proxy_kafka_batches_total{outcome="stored"}',
    'rest_proxy_request_duration_seconds_count{method="POST",route="/topics/{topic}"}',
    'rest_proxy_body_bytes_total',
  ];
  const read = (): Promise<number[]> => Promise.all(names.map(metric));
  const before = await read();
  const body = '{"records":[{"value":1},{"value":2}]}';
  expect((await post('/topics/contract-kept', body)).status).toBe(200);
  expect((await post('/topics/contract-kept', '{}')).status).toBe(422);
  const after = await read();
  expect(after.map((value, i) => value - (before[i] ?? 0))).toEqual([1, 1, 2, 1, 2, body.length + 2]);
  expect(await metric('rest_proxy_requests_in_flight')).toBe(0);
  expect(await metric('rest_proxy_records_in_flight')).toBe(0);
  expect(await metric('rest_proxy_max_bytes_in_flight')).toBe(64 * 1024 * 1024);

  const admin = (path: string, method = 'GET'): Promise<Reply> =>
    send(`${proxy.adminUrl}${path}`, undefined, { method });
  expect((await admin('/metrics')).headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  expect((await admin('/health')).text).toBe('{"status":"ok"}');
  expect((await admin('/health/ready')).text).toBe('{"status":"ready","brokers":1}');
  expect(await admin('/topics')).toMatchObject({ status: 404 });
  expect(await admin('/metrics', 'POST')).toMatchObject({ status: 405 });
  expect(await get('/metrics')).toMatchObject({ status: 404 });
});

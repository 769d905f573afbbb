import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { installedParts } from '../../tools/local-run/install';
import { partitionOfKey } from '../../services/rest-proxy/partitioner';
import {
  KafkaHarness,
  PRODUCE_TYPE,
  SETUP_TIMEOUT_MS,
  TEST_TIMEOUT_MS,
  resultsOf,
  send,
  type ProxyProcess,
} from './rest-proxy-harness';

jest.setTimeout(TEST_TIMEOUT_MS);
let harness: KafkaHarness;
let proxy: ProxyProcess;
/** One that gives a request little time to come in. */
let impatient: ProxyProcess;

beforeAll(async () => {
  harness = KafkaHarness.shared();
  proxy = await harness.startProxy('--max-body-bytes', '2000000', '--log-level', 'debug');
  impatient = await harness.startProxy('--client-timeout-ms', '1000');
}, SETUP_TIMEOUT_MS);
afterAll(async () => {
  await harness.stop();
});

const topicUrl = (topic: string): string => `${proxy.url}/topics/${topic}`;

/**
 * Sends bytes on a connection of its own and gives all that came back until it was closed, or until what came matches
 * `until`, or for a while.
 */
function raw(
  text: string,
  { endAfterMs = 60_000, until, to = proxy }: { endAfterMs?: number; until?: RegExp; to?: ProxyProcess } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(to.port, '127.0.0.1', () => socket.write(text));
    const timer = setTimeout(() => socket.destroy(), endAfterMs);
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk;
      if (until?.test(received) === true) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(received);
    });
  });
}

test('stores the bytes as sent, by Kafka’s partitioner, and answers in order', async () => {
  const topic = await harness.createTopic('bytes');
  const values = ['{"n": 1.0,"n":12345678901234567890}', '1e400', '"\\ud83d\\ude00 é"', '[ ]', 'null', '-0'];
  const body = `{"records":[${values.map((value, i) => `{"key":${i + 100},"value":${value}}`).join(',')}]}`;
  const reply = await send(topicUrl(topic), body);
  expect(reply.headers['content-type']).toBe('application/vnd.kafka.v2+json');
  const results = resultsOf(reply);
  const stored = await harness.read(topic);
  expect(stored).toHaveLength(values.length);
  values.forEach((value, i) => {
    expect(results[i]).toMatchObject({ error_code: null, error: null });
    expect(results[i]?.partition).toBe(partitionOfKey(Buffer.from(String(i + 100)), 3));
    expect(stored).toContainEqual({
      partition: results[i]?.partition,
      offset: results[i]?.offset,
      key: String(i + 100),
      value: value === 'null' ? null : value,
    });
  });
});

test('in a feed’s topic all rows of a post stand in one partition, in order, with whatever key or none', async () => {
  const topic = await harness.createTopic('newest.geo');
  const posts = Array.from({ length: 40 }, (_, n) => 3_000_000 + n);
  const row = (ind: number, country: string): string => JSON.stringify({ ind, country });
  const sent = ['Chile', 'Peru', 'Kenya', 'Japan'];
  const records = (members: (ind: number, country: string) => string, country: string): string =>
    `{"records":[${posts.map((ind) => `{${members(ind, country)}}`).join(',')}]}`;
  const without = (ind: number, country: string): string => `"value":${row(ind, country)}`;
  for (const country of sent.slice(0, 2)) resultsOf(await send(topicUrl(topic), records(without, country)));
  // One after the other, under another key, and under the row number at the partition that it has.
  for (const ind of posts)
    resultsOf(await send(topicUrl(topic), `{"records":[{"key":"${ind % 7}","value":${row(ind, 'Kenya')}}]}`));
  const keyed = (ind: number, country: string): string =>
    `"key":${ind},"value":${row(ind, country)},"partition":${partitionOfKey(Buffer.from(String(ind)), 3)}`;
  resultsOf(await send(topicUrl(topic), records(keyed, 'Japan')));

  const stored = await harness.read(topic);
  expect(stored).toHaveLength(160);
  for (const ind of posts) {
    const rows = stored.filter(({ value }) => (JSON.parse(value ?? '') as { ind: number }).ind === ind);
    // `read` gives them by partition and offset.
    expect(rows.map(({ value }) => value)).toEqual(sent.map((country) => row(ind, country)));
    expect(new Set(rows.map(({ partition }) => partition)).size).toBe(1);
    expect(rows.map(({ key }) => key)).toEqual([String(ind), String(ind), `"${ind % 7}"`, String(ind)]);
  }
  expect(new Set(stored.map(({ partition }) => partition))).toEqual(new Set([0, 1, 2]));
});

test('lists and describes topics', async () => {
  const topic = await harness.createTopic('described', 2, { 'retention.ms': '12345' });
  await harness.read(topic); // Makes __consumer_offsets.
  const names = JSON.parse((await send(`${proxy.url}/topics`)).text) as string[];
  expect(names).toContain(topic);
  expect(names.filter((name) => name.startsWith('__'))).toEqual([]);
  const description = await send(topicUrl(topic));
  const replicas = [{ broker: 1, leader: true, in_sync: true }];
  expect(JSON.parse(description.text)).toMatchObject({
    name: topic,
    configs: { 'retention.ms': '12345' },
    partitions: [
      { partition: 0, leader: 1, replicas },
      { partition: 1, leader: 1, replicas },
    ],
  });
  expect(await send(topicUrl('no-such-topic'))).toMatchObject({ status: 404 });
  expect((await send(`${proxy.url}/health/ready`)).text).toBe('{"status":"ready","brokers":1}');
  const head = await send(`${proxy.url}/topics`, undefined, { method: 'HEAD' });
  expect(head).toMatchObject({ status: 200, text: '' });
  expect(Number(head.headers['content-length'])).toBeGreaterThan(2);
});

test('notices topics that are created, raised, deleted and made again', async () => {
  const one = '{"records":[{"value":1,"partition":0}]}';
  expect(await send(topicUrl('changing'), one)).toMatchObject({
    status: 404,
    text: expect.stringContaining('40401') as string,
  });
  await harness.createTopic('changing', 1);
  await sleep(600);
  for (let i = 0; i < 3; i += 1)
    expect(resultsOf(await send(topicUrl('changing'), one))).toMatchObject([{ offset: i }]);
  await harness.raiseTopic('changing', 2);
  const other = resultsOf(await send(topicUrl('changing'), '{"records":[{"value":1,"partition":1}]}'));
  expect(other).toMatchObject([{ partition: 1, offset: 0 }]);
  await harness.deleteTopic('changing');
  const started = Date.now();
  expect(await send(topicUrl('changing'), one)).toMatchObject({ status: 404 });
  // Well before the time-out of a delivery.
  expect(Date.now() - started).toBeLessThan(8000);
  await harness.createTopic('changing', 1);
  await sleep(600);
  expect(resultsOf(await send(topicUrl('changing'), one))).toMatchObject([{ partition: 0, offset: 0 }]);
  expect(resultsOf(await send(topicUrl('changing'), one))).toMatchObject([{ partition: 0, offset: 1 }]);
  expect(await harness.read('changing')).toHaveLength(2);
});

test('a record that is too large for the broker fails alone', async () => {
  const topic = await harness.createTopic('large', 1, { 'max.message.bytes': '5000' });
  const values = ['"a"', '"b"', `"${'x'.repeat(6000)}"`, '"c"'];
  const reply = await send(topicUrl(topic), `{"records":[${values.map((v) => `{"value":${v}}`).join(',')}]}`);
  expect(resultsOf(reply)).toMatchObject([
    { offset: 0 },
    { offset: 1 },
    {
      partition: null,
      offset: null,
      error_code: 50002,
      error: expect.stringContaining('TOO_LARGE') as string,
    },
    { offset: 2 },
  ]);
  expect((await harness.read(topic)).map(({ value }) => value)).toEqual(['"a"', '"b"', '"c"']);
});

test('100 connections at a time: everything once, in the order of each connection', async () => {
  const topic = await harness.createTopic('crowd', 3);
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  const acknowledged = new Set<string>();
  await Promise.all(
    Array.from({ length: 100 }, async (_, client) => {
      for (let i = 0; i < 10; i += 1) {
        const body = `{"records":[{"key":${client},"value":"${client}/${i}/0"},{"key":${client},"value":"${client}/${i}/1"}]}`;
        for (const { partition, offset } of resultsOf(await send(topicUrl(topic), body, { agent })))
          acknowledged.add(`${partition ?? -1}/${offset ?? -1}`);
      }
    }),
  );
  agent.destroy();
  const stored = await harness.read(topic);
  expect(stored).toHaveLength(2000);
  expect(acknowledged).toEqual(new Set(stored.map(({ partition, offset }) => `${partition}/${offset}`)));
  for (let client = 0; client < 100; client += 1)
    expect(stored.filter(({ key }) => key === String(client)).map(({ value }) => value)).toEqual(
      Array.from({ length: 20 }, (_, n) => `"${client}/${n >> 1}/${n & 1}"`),
    );
});

describe('as HTTP', () => {
  const one = '{"records":[{"value":1}]}';
  const post = (headers: string): string =>
    `POST /topics/http HTTP/1.1\r\nHost: h\r\nContent-Type: ${PRODUCE_TYPE}\r\n${headers}\r\n`;
  const whole = post(`Content-Length: ${one.length}\r\n`) + one;

  beforeAll(() => harness.createTopic('http', 1));

  test('a body over the limit is 413, told or not, and the response arrives', async () => {
    const large = `{"records":[{"value":"${'x'.repeat(2_000_000)}"}]}`;
    expect(await send(topicUrl('http'), large)).toMatchObject({ status: 413 });
    const chunked = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`;
    expect(await raw(post('Transfer-Encoding: chunked\r\nConnection: close\r\n') + chunked)).toMatch(
      /^HTTP\/1.1 413 /,
    );
  });

  test('chunked bodies, pipelined requests and Expect: 100-continue work', async () => {
    const chunked = `5\r\n${one.slice(0, 5)}\r\n${(one.length - 5).toString(16)}\r\n${one.slice(5)}\r\n0\r\n\r\n`;
    const until = /"offset":\d+[^]*}/;
    expect(await raw(post('Transfer-Encoding: chunked\r\n') + chunked, { until })).toMatch(
      /^HTTP\/1.1 200 OK[^]*"offset":\d+/,
    );
    const pipelined = await raw(whole + whole + whole, { until: /(?:"offset":\d+[^]*){3}}/ });
    const offsets = [...pipelined.matchAll(/"offset":(\d+)/g)].map(([, offset]) => Number(offset));
    const first = offsets[0] ?? NaN;
    expect(offsets).toEqual([first, first + 1, first + 2]);
    const expecting = post(`Expect: 100-continue\r\nContent-Length: ${one.length}\r\n`);
    expect(await raw(expecting + one, { until })).toMatch(/^HTTP\/1.1 100 Continue[^]*HTTP\/1.1 200/);
    const greedy = post('Expect: 100-continue\r\nContent-Length: 99999999\r\n');
    expect(await raw(greedy, { until: /}/ })).toMatch(/^HTTP\/1.1 413 /);
  });

  test('what is no HTTP, or never ends, is refused in time', async () => {
    expect(await raw('hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [^]*"error_code":400/);
    expect(await raw(`GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 /,
    );
    expect(await raw(post('Content-Length: -1\r\n'))).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(post('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n'))).toMatch(/^HTTP\/1.1 400 /);
    // The head, and then the body, stop coming. A proxy with the defaults would wait for longer than is waited here.
    const head = 'GET / HTTP/1.1\r\nHost';
    expect(await raw(head, { to: impatient, endAfterMs: 9_000 })).toMatch(/^HTTP\/1.1 408 /);
    const body = post('Content-Length: 500\r\n') + one;
    expect(await raw(body, { to: impatient, endAfterMs: 25_000 })).toMatch(/^HTTP\/1.1 408 /);
    // More bytes than told are the next request, and no good one; the connection cannot be trusted any more.
    const tooShort = post('Content-Length: 3\r\n') + one;
    expect(await raw(tooShort)).toMatch(/^HTTP\/1.1 400 /);
  });

  test('a client that goes away in the middle does no harm', async () => {
    const before = (await harness.read('http')).length;
    for (let i = 0; i < 20; i += 1) await raw(post('Content-Length: 500\r\n') + one, { endAfterMs: 10 });
    expect((await send(`${proxy.url}/health`)).status).toBe(200);
    expect(await harness.read('http')).toHaveLength(before);
  });

  test('the log holds no contents of records', async () => {
    await send(topicUrl('http'), '{"records":[{"key":"geheim1","value":"geheim2"}]}');
    await send(topicUrl('http'), '{"records":[{"key":"geheim1","value":"geheim2"},7]}');
    await send(topicUrl('http'), '{"records":[{"key":"geheim1","value":geheim2}]}');
    // Written after the response, and read by a pipe.
    while (!proxy.output().includes('"status":422')) await sleep(10);
    expect(proxy.output()).not.toContain('geheim');
    for (const line of proxy.output().trim().split('\n'))
      expect(() => JSON.parse(line) as unknown).not.toThrow();
  });
});

describe('as a program', () => {
  const run = (...args: string[]): { status: number | null; stderr: string } =>
    spawnSync(process.execPath, [installedParts().restProxyBundle, ...args], {
      encoding: 'utf8',
      timeout: 20_000,
    });

  test('wrong configuration ends with 2, a taken port with 1', () => {
    expect(run('--port', 'x', '--bootstrap-servers', 'b:1')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("option '--port <number>' argument 'x' is invalid") as string,
    });
    const taken = (...ports: string[]): unknown => run('--bootstrap-servers', 'b:1', ...ports);
    expect(taken('--port', String(proxy.port), '--admin-port', '0')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        `port ${proxy.port} on 127.0.0.1 is in use: choose another with --port`,
      ) as string,
    });
    expect(taken('--admin-port', String(proxy.port), '--port', '0')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        `port ${proxy.port} on 127.0.0.1 is in use: choose another with --admin-port`,
      ) as string,
    });
  });

  test.each([
    ['SIGTERM', '1'],
    ['SIGINT', '2'],
  ] as const)('%s with %s workers: running requests are answered, then exit 0', async (signal, workers) => {
    const topic = await harness.createTopic(`stopped-by-${signal}`, 3);
    const other = await harness.startProxy('--workers', workers);
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const acknowledged: string[] = [];
    const state: { stopping: boolean } = { stopping: false };
    const clients = Array.from({ length: 20 }, async (_, client) => {
      for (let i = 0; !state.stopping; i += 1) {
        const value = `"${client}/${i}"`;
        try {
          const reply = await send(`${other.url}/topics/${topic}`, `{"records":[{"value":${value}}]}`, {
            agent,
          });
          if (reply.status === 200) acknowledged.push(value);
          // 503 is the response to who asks after the signal.
          else expect(reply.status).toBe(503);
        } catch (error) {
          // No connection, or one that was idle when the proxy ended.
          expect([state, error]).toEqual([{ stopping: true }, error]);
        }
      }
    });
    const all = Promise.all(clients);
    const late = Date.now() + 60_000;
    while (acknowledged.length < 200 && Date.now() < late) await Promise.race([all, sleep(20)]);
    state.stopping = true;
    const started = Date.now();
    expect(await other.end(signal)).toBe(0);
    // Well before the time that running requests are given.
    expect(Date.now() - started).toBeLessThan(12_000);
    await all;
    agent.destroy();
    expect(acknowledged.length).toBeGreaterThanOrEqual(200);
    // Nothing was under way unanswered: what is stored is what was acknowledged.
    expect((await harness.read(topic)).map(({ value }) => value).sort()).toEqual(acknowledged.sort());
  });

  test('a worker that is killed is replaced; what was acknowledged is there once and in order', async () => {
    const topic = await harness.createTopic('worker-killed', 3);
    const other = await harness.startProxy('--workers', '2');
    const workers = (): string[] =>
      readFileSync(`/proc/${other.process.pid}/task/${other.process.pid}/children`, 'utf8').trim().split(' ');
    const sent = Array.from({ length: 8 }, (): number[] => []);
    let done = false;
    const clients = sent.map(async (acknowledged, client) => {
      // A connection a request, so that one client's records go by both workers.
      for (let i = 0; !done; i += 1) {
        const body = `{"records":[{"key":${client},"value":${i}}]}`;
        // A connection that was being handed to the worker when it was killed stays without a response.
        const reply = await send(`${other.url}/topics/${topic}`, body, { timeoutMs: 15_000 }).catch(
          () => undefined,
        );
        if (reply?.status === 200) acknowledged.push(i);
        await sleep(10); // Each connection keeps a port of this machine for a minute.
      }
    });
    const more = async (): Promise<void> => {
      const wanted = sent.map(({ length }) => length + 10);
      while (sent.some(({ length }, client) => length < (wanted[client] ?? 0))) await sleep(20);
    };
    await more();
    const before = sent.flat().length;
    const { text } = await send(`${other.adminUrl}/metrics`);
    // Those of both workers, added up.
    const counted = /^rest_proxy_records_total\{result="stored"\} (\d+)$/m.exec(text)?.[1];
    expect(Number(counted)).toBeGreaterThanOrEqual(before);
    expect((await send(`${other.adminUrl}/health/ready`)).text).toBe('{"status":"ready","brokers":1}');
    const [killed = ''] = workers();
    process.kill(Number(killed), 'SIGKILL');
    await more();
    while (workers().filter((pid) => pid !== killed).length < 2) await sleep(50);
    await more();
    done = true;
    await Promise.all(clients);
    const stored = await harness.read(topic);
    sent.forEach((acknowledged, client) => {
      const values = stored.filter(({ key }) => key === String(client)).map(({ value }) => Number(value));
      expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
      expect(values).toEqual(expect.arrayContaining(acknowledged));
    });
    expect(await other.end('SIGTERM')).toBe(0);
  });
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  OwnKafkaHarness,
  SETUP_TIMEOUT_MS,
  SteadyClients,
  TEST_TIMEOUT_MS,
  resultsOf,
  send,
  sendUntilTaken,
  type StoredRecord,
} from './rest-proxy-harness';

/** How much later than its time-out a response may come on a busy machine; Kafka's own time-outs are far longer. */
const LATE_MS = 8_000;
jest.setTimeout(TEST_TIMEOUT_MS);
let harness: OwnKafkaHarness;

beforeAll(async () => {
  harness = await OwnKafkaHarness.start();
}, SETUP_TIMEOUT_MS);
afterAll(async () => {
  await harness.stop();
});

/** How often each value stands in a topic. */
function count(records: readonly StoredRecord[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { value } of records) counts.set(value ?? 'null', (counts.get(value ?? 'null') ?? 0) + 1);
  return counts;
}

test('the broker is killed and restarted in mid-flow: what was acknowledged is there once, at its offset', async () => {
  const topic = await harness.createTopic('broker-killed', 3);
  const proxy = await harness.startProxy('--delivery-timeout-ms', '30000');
  const clients = new SteadyClients(`${proxy.url}/topics/${topic}`);
  for (let kill = 0; kill < 2; kill += 1) {
    await clients.goesOn();
    await harness.killBroker();
    await sleep(1000);
    await harness.restartBroker();
  }
  await clients.goesOn();
  await clients.stop();
  expect(clients.faults(await harness.read(topic))).toEqual({ lost: [], doubled: [] });
  await proxy.end('SIGTERM');
});

test('the broker is frozen: 503 within the time-out; nothing doubled after it continues', async () => {
  const topic = await harness.createTopic('frozen', 1);
  const proxy = await harness.startProxy('--delivery-timeout-ms', '2000');
  const url = `${proxy.url}/topics/${topic}`;
  expect(resultsOf(await send(url, '{"records":[{"value":"first"}]}'))).toMatchObject([{ offset: 0 }]);
  harness.kafka.kill('SIGSTOP');
  const started = Date.now();
  const replies = await Promise.all(
    [0, 1, 2, 3].map((n) => send(url, `{"records":[{"value":"frozen ${n}"}]}`)),
  );
  expect(Date.now() - started).toBeLessThan(2000 + LATE_MS);
  harness.kafka.kill('SIGCONT');
  expect(replies.map(({ status, headers, text }) => [status, headers['retry-after'], text])).toEqual(
    replies.map(() => [503, '1', expect.stringContaining('50003') as string]),
  );
  await sendUntilTaken(url, (n) => `{"records":[{"value":"after ${n}"}]}`);
  const stored = await harness.read(topic);
  expect([...count(stored)].filter(([, times]) => times > 1)).toEqual([]);
  expect(stored[0]?.value).toBe('"first"');
  await proxy.end('SIGTERM');
});

test('the broker is away at the start: 503 in time, then recovery by itself; memory stays bounded by 429', async () => {
  const topic = await harness.createTopic('away', 1);
  await harness.killBroker();
  const proxy = await harness.startProxy(
    ...['--delivery-timeout-ms', '2500', '--max-body-bytes', '20000', '--max-bytes-in-flight', '50000'],
  );
  const url = `${proxy.url}/topics/${topic}`;
  expect((await send(`${proxy.url}/health`)).status).toBe(200);
  for (const path of ['/health/ready', '/topics', `/topics/${topic}`]) {
    const started = Date.now();
    expect(await send(`${proxy.url}${path}`)).toMatchObject({
      status: 503,
      text: expect.stringContaining('50003') as string,
    });
    expect(Date.now() - started).toBeLessThan(2500 + LATE_MS);
  }
  const large = `{"records":[{"value":"${'x'.repeat(15_000)}"}]}`;
  const started = Date.now();
  const replies = await Promise.all([1, 2, 3, 4, 5, 6].map(() => send(url, large)));
  expect(Date.now() - started).toBeLessThan(2500 + LATE_MS);
  expect(replies.map(({ status }) => status).sort()).toEqual([429, 429, 429, 503, 503, 503]);
  expect(replies.map(({ headers }) => headers['retry-after'])).toEqual(replies.map(() => '1'));
  // Small records take more than their bytes; a request that is alone is let in all the same.
  const many = `{"records":[${Array(100).fill('{"value":1}').join(',')}]}`;
  const both = await Promise.all([1, 2].map(() => send(url, many)));
  expect(both.map(({ status }) => status).sort()).toEqual([429, 503]);
  await harness.restartBroker();
  const reply = await sendUntilTaken(url, () => '{"records":[{"value":"back"}]}');
  expect(resultsOf(reply)).toMatchObject([{ error_code: null }]);
  expect((await send(`${proxy.url}/health/ready`)).status).toBe(200);
  expect(await proxy.end('SIGTERM')).toBe(0);
});

test('the broker goes away for good while requests run: SIGTERM ends the proxy in time; who asks meanwhile gets 503', async () => {
  const topic = await harness.createTopic('gone', 1);
  const proxy = await harness.startProxy('--delivery-timeout-ms', '60000', '--shutdown-timeout-ms', '2000');
  const url = `${proxy.url}/topics/${topic}`;
  resultsOf(await send(url, '{"records":[{"value":1}]}'));
  await harness.killBroker();
  const waiting = send(url, '{"records":[{"value":2}]}').catch((error: unknown) => error);
  // A request whose head is not complete at the signal.
  const late = connect(proxy.port, '127.0.0.1');
  await once(late, 'connect');
  late.write('GET /topics HTTP/1.1\r\nHost: h\r\n');
  await sleep(1000);
  const started = Date.now();
  const ended = proxy.end('SIGTERM');
  while (!proxy.output().includes('"stopping"')) await sleep(10);
  late.write('\r\n');
  expect(await text(late)).toMatch(
    /^HTTP\/1\.1 503 [^]*retry-after: 1\r\nconnection: close\r\n[^]*"error_code":50301/i,
  );
  expect(await ended).toBe(0);
  expect(Date.now() - started).toBeLessThan(2000 + LATE_MS);
  expect(await waiting).toMatchObject({ code: 'ECONNRESET' });
  await harness.restartBroker();
});

import type { ServerResponse } from 'node:http';
import type { FeedRecord } from '../../../../services/emulator/records';
import { backOff, splitByBytes } from '../../../../services/emulator/send';
import { topicDestination, type TopicPlace } from '../../../../services/emulator/topic-destination';
import { sendTo, type SendOptions } from './ports';
import { startScriptedApi, type ScriptedApi, type Script } from './scripted-api';
import { answer } from './scripted-server';

const topic = topicDestination('p.pin');
const records: FeedRecord[] = [0, 1, 2, 3].map((key) => ({ key, value: `{"text":"ü${key}"}` }));
const texts = records.map(({ key, value }) => `{"key":${key},"value":${value}}`);

const send = async (
  script: Script,
  { records: sent = records, ...options }: SendOptions & { readonly records?: readonly FeedRecord[] } = {},
): ReturnType<typeof sendTo<TopicPlace, ScriptedApi>> =>
  sendTo(await startScriptedApi(script), topic, sent, { batchBytes: 100_000, ...options });

test('acknowledged at once: one request with every record, and its places', async () => {
  const { outcome, api } = await send(() => false);
  expect(outcome).toEqual({
    sent: 4,
    acknowledged: 4,
    failed: 0,
    unsendable: 0,
    retried: 0,
    attempts: 1,
    places: [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    problems: [],
    refused: false,
  });
  expect(api.requests.map(({ body }) => body)).toEqual([`{"records":[${texts.join(',')}]}`]);
});

test.each<[string, (response: ServerResponse) => unknown]>([
  ['429', (response) => answer(response, 429, { message: 'Too Many Requests' })],
  ['500', (response) => answer(response, 500, {})],
  ['503', (response) => answer(response, 503, { error_code: 50003 })],
  ['504 of a gateway, in HTML', (response) => answer(response, 504, '<html>')],
  ['a connection reset', (response) => response.socket?.destroy()],
  [
    'a truncated response',
    (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"offsets":[');
      setTimeout(() => response.socket?.destroy(), 5);
    },
  ],
  ['200 without JSON', (response) => answer(response, 200, 'OK')],
  ['200 with too few entries', (response) => answer(response, 200, { offsets: [] })],
  [
    '200 with entries that are null',
    (response) => answer(response, 200, { offsets: [null, null, null, null] }),
  ],
  [
    '200 with an entry without offset',
    (response) =>
      answer(response, 200, {
        offsets: Array.from({ length: 4 }, () => ({ partition: 0, offset: null, error_code: null })),
      }),
  ],
])('%s is tried again with the same bytes', async (_name, fault) => {
  const { outcome, api, clock } = await send((request, response) => {
    if (request.number > 2) return false;
    fault(response);
    return true;
  });
  expect(outcome).toMatchObject({ acknowledged: 4, failed: 0, retried: 4, attempts: 3, problems: [] });
  expect(new Set(api.requests.map(({ body }) => body)).size).toBe(1);
  expect(clock.sleeps).toEqual([200, 400]);
});

test('a slow response is aborted and the request retried', async () => {
  const { outcome } = await send((request) => request.number === 1, { timeoutMs: 100 });
  expect(outcome).toMatchObject({ acknowledged: 4, attempts: 2 });
});

test('a slow response does not hold the connection open forever', async () => {
  const timers: NodeJS.Timeout[] = [];
  const { outcome } = await send(
    (request, response) => {
      if (request.number > 1) return false;
      response.writeHead(200);
      timers.push(setInterval(() => response.write(' '), 20));
      return true;
    },
    { timeoutMs: 150 },
  );
  timers.forEach(clearInterval);
  expect(outcome).toMatchObject({ acknowledged: 4, attempts: 2 });
});

test('only records that failed temporarily are sent again, in their order', async () => {
  const { outcome, api } = await send((request, response, self) => {
    if (request.number > 1) return false;
    const [, second, , fourth] = request.records;
    const [first, third] = self.store(
      request.topic,
      request.records.filter(({ key }) => key % 2 === 0),
    );
    return answer(response, 200, {
      offsets: [
        first,
        { partition: null, offset: null, error_code: 50003, error: 'not now' },
        third,
        { partition: null, offset: null, error_code: 2, error: 'not now' },
      ].map((entry) => (second === undefined || fourth === undefined ? null : entry)),
    });
  });
  expect(outcome).toMatchObject({ acknowledged: 4, failed: 0, retried: 2, attempts: 2 });
  expect(api.requests[1]?.body).toBe(`{"records":[${texts[1] ?? ''},${texts[3] ?? ''}]}`);
  expect(api.topics.get('p.pin')?.map(({ key }) => key)).toEqual([0, 2, 1, 3]);
});

test('a record that Kafka refuses is not sent again, and the others count', async () => {
  const { outcome, api } = await send((request, response, self) => {
    const [a, b, d] = self.store(
      request.topic,
      request.records.filter(({ key }) => key !== 2),
    );
    const refused = { partition: null, offset: null, error_code: 50002, error: 'record too large' };
    return answer(response, 200, { offsets: [a, b, refused, d] });
  });
  expect(outcome).toMatchObject({ sent: 4, acknowledged: 3, failed: 1, attempts: 1, refused: false });
  expect(outcome.unsendable).toBe(1);
  expect(outcome.problems).toEqual(['p.pin: row 2 was refused with 50002 record too large']);
  expect(api.requests).toHaveLength(1);
});

test('a refusal of every record may concern the whole topic, and can be fixed', async () => {
  const refused = { partition: null, offset: null, error_code: 50002, error: 'TOPIC_AUTHORIZATION_FAILED' };
  const { outcome } = await send((_request, response) =>
    answer(response, 200, { offsets: [refused, refused, refused, refused] }),
  );
  expect(outcome).toMatchObject({ acknowledged: 0, failed: 4, unsendable: 0, attempts: 1 });
  expect(outcome.problems).toEqual([
    'p.pin: rows 0, 1, 2, 3 were refused with 50002 TOPIC_AUTHORIZATION_FAILED',
  ]);
});

test('of many rows refused for one reason the first are named, and the others counted', async () => {
  const many: FeedRecord[] = Array.from({ length: 9 }, (_, n) => ({ key: n * 10, value: '{}' }));
  const refused = { partition: null, offset: null, error_code: 50002, error: 'record too large' };
  const { outcome } = await send(
    (_request, response) => answer(response, 200, { offsets: many.map(() => refused) }),
    { records: many },
  );
  expect(outcome).toMatchObject({ sent: 9, failed: 9 });
  expect(outcome.problems).toEqual([
    'p.pin: rows 0, 10, 20, 30, 40 and 4 more were refused with 50002 record too large',
  ]);
});

test.each([400, 401, 403, 404, 415, 422, 301])('%d is not tried again', async (status) => {
  const { outcome, api } = await send((_request, response) =>
    answer(response, status, { message: 'no such thing' }),
  );
  expect(api.requests).toHaveLength(1);
  expect(outcome).toMatchObject({ acknowledged: 0, failed: 4, unsendable: 0, refused: true });
  expect(outcome.problems).toEqual([
    `p.pin: refused, not retried: the API responded with ${status} {"message":"no such thing"}`,
  ]);
});

test('a body too large is halved until it fits; one record too large fails alone', async () => {
  const { outcome, api } = await send((request, response) =>
    request.records.length > 2 || request.records.some(({ key }) => key === 3)
      ? answer(response, 413, { error_code: 413 })
      : false,
  );
  expect(outcome).toMatchObject({ sent: 4, acknowledged: 3, failed: 1, unsendable: 1, refused: false });
  expect(api.topics.get('p.pin')?.map(({ key }) => key)).toEqual([0, 1, 2]);
  expect(outcome.problems).toEqual([
    'p.pin: row 3 was refused as too large: the API responded with 413 {"error_code":413}',
  ]);
});

test('attempts are finite', async () => {
  const { outcome, api, clock } = await send((_request, response) => answer(response, 503, 'away'));
  expect(api.requests).toHaveLength(4);
  expect(clock.sleeps).toEqual([200, 400, 800]);
  expect(outcome).toMatchObject({ acknowledged: 0, failed: 4, retried: 4, attempts: 4, refused: false });
  expect(outcome.unsendable).toBe(0);
  expect(outcome.problems).toEqual(['p.pin: failed after 4 attempts: the API responded with 503 away']);
});

test('an unreachable server is retried, then reported', async () => {
  const api = await startScriptedApi();
  await api.close();
  const policy = { attempts: 3, batchBytes: 1000, random: () => 1 };
  const { outcome, clock } = await sendTo(api, topic, records, policy);
  expect(outcome).toMatchObject({ failed: 4, attempts: 3, refused: false });
  expect(outcome.problems[0]).toMatch(/failed after 3 attempts: .*ECONNREFUSED/);
  expect(clock.sleeps).toEqual([100, 200]);
});

test.each([
  ['3', [3000]],
  ['9999', [60_000]],
  ['nonsense', [200]],
])('Retry-After %p is honoured, within a minute', async (header, sleeps) => {
  const { clock } = await send((request, response) =>
    request.number === 1 ? answer(response, 429, '', { 'retry-after': header }) : false,
  );
  expect(clock.sleeps).toEqual(sleeps);
});

test('once aborted nothing is retried, and what is pending counts as failed', async () => {
  const controller = new AbortController();
  const { outcome, api } = await send(
    (_request, response) => {
      controller.abort();
      return answer(response, 503, '');
    },
    { signal: controller.signal },
  );
  expect(api.requests).toHaveLength(1);
  expect(outcome).toMatchObject({ failed: 4, attempts: 1 });
});

test('a batch beyond the byte limit goes in several bodies, in order', async () => {
  const { outcome, api } = await send(() => false, { batchBytes: 80 });
  expect(api.requests.length).toBeGreaterThan(1);
  expect(outcome).toMatchObject({ acknowledged: 4, retried: 0, attempts: api.requests.length });
  expect(api.topics.get('p.pin')?.map(({ key }) => key)).toEqual([0, 1, 2, 3]);
});

test('bodies are cut by bytes, not characters', () => {
  const text = 'é'.repeat(50);
  const split = (given: readonly string[], bytes: number, most?: number): string[][] =>
    splitByBytes(
      given.map((one, key) => ({ key, text: one })),
      bytes,
      most,
    ).map((body) => body.map((one) => one.text));
  expect(split([text, text, text], 14 + 2 * 101)).toEqual([[text, text], [text]]);
  expect(split([text], 10)).toEqual([[text]]);
  expect(split([], 10)).toEqual([]);
  expect(split(['a', 'b', 'c'], 1000, 2)).toEqual([['a', 'b'], ['c']]);
});

test('back-off doubles up to ten seconds and is less by up to a half', () => {
  expect([1, 2, 6, 7, 50].map((attempt) => backOff(attempt, 0))).toEqual([200, 400, 6400, 10_000, 10_000]);
  expect(backOff(1, 1)).toBe(100);
});

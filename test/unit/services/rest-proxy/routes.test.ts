import { RestError } from '../../../../services/rest-proxy/errors';
import type { SentRecord } from '../../../../services/rest-proxy/record-sender';
import {
  errorResponse,
  findRoute,
  produceResponse,
  type RestResponse,
  type RequestHead,
  type RoutePorts,
} from '../../../../services/rest-proxy/routes';

const PORTS: RoutePorts = {
  send: (_topic, records) =>
    Promise.resolve(records.map((_record, i) => ({ partition: 1, offset: BigInt(i) }))),
  topics: () => Promise.resolve(['a', 'b']),
  describe: (name) => Promise.resolve(name === 'a' ? { name, configs: {}, partitions: [] } : undefined),
  brokers: () => Promise.reject(new Error('connection refused')),
};

/** What was held besides bodies. */
const held: number[] = [];

/** Handles a request as the server does. */
async function ask(
  method: string,
  url: string,
  body = '',
  head: Partial<RequestHead> = {},
): Promise<RestResponse> {
  try {
    const route = findRoute(
      {
        method,
        url,
        accept: undefined,
        contentType: 'application/vnd.kafka.json.v2+json',
        contentEncoding: undefined,
        ...head,
      },
      PORTS,
    );
    return await (route.kind === 'read'
      ? route.respond()
      : route.respond(Buffer.from(body), (bytes) => held.push(bytes)));
  } catch (error) {
    if (error instanceof RestError) return errorResponse(error);
    throw error;
  }
}

test.each([
  ['/', {}],
  ['', {}],
  ['/?x=1', {}],
  ['/health', { status: 'ok' }],
  ['/topics', ['a', 'b']],
  ['/topics/', ['a', 'b']],
  ['/topics/a?x=/b', { name: 'a', configs: {}, partitions: [] }],
  ['/topics/%61', { name: 'a', configs: {}, partitions: [] }],
  ['http://host/topics', ['a', 'b']],
])('GET and HEAD %s', async (url, body) => {
  expect(await ask('GET', url)).toEqual({ status: 200, body });
  expect(await ask('HEAD', url)).toEqual({ status: 200, body });
});

test.each([
  ['GET', '/nothing', 404, 404],
  ['GET', '/health/ready/x', 404, 404],
  ['GET', '/topics/a/partitions', 404, 404],
  ['GET', '/topics/%', 404, 404],
  ['GET', '/topics/b', 404, 40401],
  ['GET', '/topics/a%2Fb', 404, 40401],
  ['POST', '/topics/..', 404, 40401],
  ['POST', `/topics/${'x'.repeat(250)}`, 404, 40401],
  ['GET', '/health/ready', 503, 50003],
])('%s %s is %i with code %i', async (method, url, status, code) => {
  expect(await ask(method, url, '{"records":[{"value":1}]}')).toMatchObject({
    status,
    body: { error_code: code, message: expect.any(String) as string },
  });
});

test.each([
  ['POST', '/topics', 'GET, HEAD'],
  ['DELETE', '/topics/a', 'GET, HEAD, POST'],
  ['PUT', '/', 'GET, HEAD'],
])('%s %s is 405 and says what is allowed', async (method, url, allow) => {
  expect(await ask(method, url)).toMatchObject({
    status: 405,
    headers: { allow },
    body: { error_code: 405 },
  });
});

test('wrong types are refused before the body is read', async () => {
  expect(await ask('POST', '/topics/a', '', { contentType: 'application/json' })).toMatchObject({
    status: 415,
  });
  expect(await ask('POST', '/topics/a', '', { accept: 'text/html' })).toMatchObject({ status: 406 });
  expect(await ask('POST', '/topics/a', '', { contentEncoding: 'gzip' })).toMatchObject({ status: 415 });
});

test('what the records of a request take besides their bytes is held', async () => {
  held.length = 0;
  await ask('POST', '/topics/a', '{"records":[{"value":1},{"value":2}]}').catch(() => undefined);
  expect(held).toEqual([1400]);
});

test('a produce response has a result for each record, in order', async () => {
  expect(await ask('POST', '/topics/a', '{"records":[{"value":1},{"value":2}]}')).toEqual({
    status: 200,
    body: {
      offsets: [
        { partition: 1, offset: 0, error_code: null, error: null },
        { partition: 1, offset: 1, error_code: null, error: null },
      ],
      key_schema_id: null,
      value_schema_id: null,
    },
  });
});

const stored: SentRecord = { partition: 0, offset: 7n };
const failed = (errorCode: number): SentRecord => ({ partition: 0, errorCode, error: 'why' });

test('some failed: 200 with their errors', () => {
  expect(produceResponse('a', [failed(50003), stored, failed(50002)]).body).toMatchObject({
    offsets: [
      { partition: null, offset: null, error_code: 50003, error: 'why' },
      { partition: 0, offset: 7, error_code: null },
      { error_code: 50002 },
    ],
  });
  expect(produceResponse('a', [failed(50002)]).status).toBe(200);
});

test('all failed because of Kafka or a deleted topic: the request failed', () => {
  expect(() => produceResponse('a', [failed(50003), failed(50003)])).toThrow(
    expect.objectContaining({ status: 503, code: 50003, headers: { 'retry-after': '1' } }) as Error,
  );
  expect(() => produceResponse('a', [failed(40401)])).toThrow(
    expect.objectContaining({ status: 404, code: 40401 }) as Error,
  );
});

test('an internal error does not reveal the contents of the request', () => {
  expect(JSON.stringify(errorResponse(new Error('secret')))).not.toContain('secret');
});

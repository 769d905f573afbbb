import { RestError } from '../../../../services/rest-proxy/errors';
import { errorResponse } from '../../../../services/rest-proxy/http-response';
import type { TopicDescription } from '../../../../services/rest-proxy/kafka-metadata';
import openApi from '../../../../services/rest-proxy/openapi.json';
import type { ProduceRecord } from '../../../../services/rest-proxy/produce-request';
import {
  findResource,
  findRoute,
  type RequestHead,
  type RestResponse,
  type RoutePorts,
} from '../../../../services/rest-proxy/routes';
import { topicFilter } from '../../../../services/rest-proxy/topic-filter';

const PARTITIONS = [0, 1].map((partition) => ({ partition, leader: 1, replicas: [] }));
const A: TopicDescription = { name: 'a', configs: {}, partitions: PARTITIONS };

/** What was sent last. */
let sent: readonly ProduceRecord[] = [];

const PORTS: RoutePorts = {
  send: (_topic, records) => {
    sent = records;
    return Promise.resolve(records.map((_record, i) => ({ partition: 1, offset: BigInt(i) })));
  },
  topics: () => Promise.resolve(['a', 'b', 'hidden']),
  describe: (name) => Promise.resolve(name === 'a' ? A : undefined),
  brokers: () => Promise.resolve([1, 2, 5]),
  serves: topicFilter(['a', 'b', 'x*', 'x.geo']),
};
/** No broker responds. */
const AWAY: RoutePorts = {
  ...PORTS,
  topics: () => Promise.reject(new Error('connection refused')),
  describe: () => Promise.reject(new Error('connection refused')),
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
  ports = PORTS,
): Promise<RestResponse> {
  try {
    const route = findRoute(
      {
        method,
        contentType: 'application/vnd.kafka.json.v2+json',
        contentEncoding: undefined,
        ...head,
      },
      findResource(url),
      ports,
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
  ['/health/ready', { status: 'ready', brokers: 3 }],
  ['/brokers', { brokers: [1, 2, 5] }],
  ['/topics', ['a', 'b']],
  ['/topics/', ['a', 'b']],
  ['/topics/a?x=/b', A],
  ['/topics/%61', A],
  ['/topics/a/partitions', PARTITIONS],
  ['/topics/a/partitions/1', PARTITIONS[1]],
  ['http://host/topics', ['a', 'b']],
])('GET and HEAD %s', async (url, body) => {
  expect(await ask('GET', url)).toEqual({ status: 200, body });
  expect(await ask('HEAD', url)).toEqual({ status: 200, body });
});

test('the description of the API is plain JSON', async () => {
  const headers = { 'content-type': 'application/json' };
  expect(await ask('GET', '/openapi.json')).toEqual({ status: 200, body: openApi, headers });
});

test.each([
  ['GET', '/nothing', 404, 404, 'the resources are /, /health,'],
  ['GET', '/health/ready/x', 404, 404, 'the resources are'],
  ['GET', '/topics/a/partition', 404, 404, 'the resources are'],
  ['GET', '/topics/%', 404, 404, 'the resources are'],
  ['POST', '/consumers/group', 404, 404, 'this proxy has no consumers'],
  ['GET', '/v3/clusters', 404, 404, 'version 2 of the API'],
  ['GET', '/topics/a/partitions/0/offsets', 404, 404, 'reads no offsets'],
  ['GET', '/topics/b', 404, 40401, '"b"'],
  ['GET', '/topics/b/partitions', 404, 40401, '"b"'],
  ['GET', '/topics/b/partitions/0', 404, 40401, '"b"'],
  ['GET', '/topics/a%2Fb', 404, 40401, '"a/b"'],
  ['POST', '/topics/..', 404, 40401, '".."'],
  ['POST', `/topics/${'x'.repeat(250)}`, 404, 40401, 'not found'],
  ['GET', '/topics/a/partitions/2', 404, 40402, 'has the partitions 0 to 1'],
  ['GET', '/topics/a/partitions/-1', 404, 40402, '"-1"'],
  ['POST', '/topics/a/partitions/-1', 404, 40402, 'expected a whole number'],
  ['POST', '/topics/a/partitions/01', 404, 40402, 'expected a whole number'],
  ['POST', '/topics/a/partitions/2147483648', 404, 40402, 'expected a whole number'],
  ['GET', '/topics/hidden', 403, 40301, 'its option --topics'],
  ['GET', '/topics/hidden/partitions/0', 403, 40301, 'its option --topics'],
  ['POST', '/topics/other', 403, 40301, 'its option --topics'],
])('%s %s is %i with code %i', async (method, url, status, code, message) => {
  expect(await ask(method, url, '{"records":[{"value":1}]}')).toMatchObject({
    status,
    body: { error_code: code, message: expect.stringContaining(message) as string },
  });
});

test.each(['/health/ready', '/brokers', '/topics', '/topics/a', '/topics/a/partitions'])(
  'GET %s is 503 when no broker responds',
  async (url) => {
    expect(await ask('GET', url, '', {}, AWAY)).toEqual({
      status: 503,
      body: { error_code: 50003, message: 'No Kafka broker responds: connection refused' },
      headers: { 'retry-after': '1' },
    });
  },
);

test.each([
  ['POST', '/topics', 'GET, HEAD'],
  ['DELETE', '/topics/a', 'GET, HEAD, POST'],
  ['PUT', '/', 'GET, HEAD'],
  ['OPTIONS', '/brokers', 'GET, HEAD'],
  ['TRACE', '/topics/a/partitions/0', 'GET, HEAD, POST'],
  ['POST', '/topics/a/partitions', 'GET, HEAD'],
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
  expect(await ask('POST', '/topics/a', '', { contentEncoding: 'br' })).toMatchObject({ status: 415 });
  // What belongs to no body does not matter.
  expect(await ask('GET', '/topics/a', '', { contentType: 'x', contentEncoding: 'x' })).toMatchObject({
    status: 200,
  });
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

test('the partition in the path is that of every record', async () => {
  await ask('POST', '/topics/a/partitions/1', '{"records":[{"value":1},{"value":2,"partition":null}]}');
  expect(sent.map(({ partition }) => partition)).toEqual([1, 1]);
});

test('the format is that of the Content-Type; what base64 stands for is held as well', async () => {
  held.length = 0;
  const body = '{"records":[{"value":"eyJpbmQiOjE3fQ=="}]}';
  await ask('POST', '/topics/x.geo', body, { contentType: 'application/vnd.kafka.binary.v2+json' });
  expect(sent).toEqual([
    { key: Buffer.from('17'), value: Buffer.from('{"ind":17}'), partition: undefined, rowNumber: 17 },
  ]);
  expect(held).toEqual([Math.ceil(body.length * 0.75), 700]);
});

test('an internal error does not reveal the contents of the request', () => {
  expect(JSON.stringify(errorResponse(new Error('secret')))).not.toContain('secret');
});

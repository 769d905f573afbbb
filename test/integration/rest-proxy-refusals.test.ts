/** What the proxy refuses, with which status and `error_code`, and that nothing of it is stored. */
import { gzipSync } from 'node:zlib';
import {
  KafkaHarness,
  PRODUCE_TYPE,
  SETUP_TIMEOUT_MS,
  TEST_TIMEOUT_MS,
  send,
  type ProxyProcess,
} from './rest-proxy-harness';

jest.setTimeout(TEST_TIMEOUT_MS);

const BINARY_TYPE = 'application/vnd.kafka.binary.v2+json';
const TOPIC = 'refusals';
const MAX_BODY = 2_000_000;
let harness: KafkaHarness;
let proxy: ProxyProcess;

beforeAll(async () => {
  harness = KafkaHarness.shared();
  await harness.createTopic(TOPIC, 3, { 'max.message.bytes': '50000' });
  proxy = await harness.startProxy('--topics', `${TOPIC}*`, '--max-body-bytes', String(MAX_BODY));
}, SETUP_TIMEOUT_MS);
afterAll(async () => {
  await harness.stop();
});

type Headers = Record<string, string>;
const one = '{"records":[{"value":1}]}';
const nested = (levels: number): string =>
  `{"records":[{"value":${'['.repeat(levels)}${']'.repeat(levels)}}]}`;
const repeated = (count: number): string => `{"records":[${Array(count).fill('{"value":1}').join(',')}]}`;

/** [what, status, error_code, body, path, headers] */
const cases: [string, number, number, string | Buffer, string?, Headers?][] = [
  ['no body', 400, 400, ''],
  ['no JSON', 400, 400, '{"records":[{"value":1}'],
  ['more after the JSON', 400, 400, `${one} ${one}`],
  ['a trailing comma', 400, 400, '{"records":[{"value":1},]}'],
  ['NaN', 400, 400, '{"records":[{"value":NaN}]}'],
  ['single quotes', 400, 400, "{'records':[{'value':1}]}"],
  ['a leading zero', 400, 400, '{"records":[{"value":01}]}'],
  ['an unescaped control character', 400, 400, '{"records":[{"value":"a\tb"}]}'],
  ['bytes that are not UTF-8', 400, 400, Buffer.from('7b22ff227d', 'hex')],
  ['UTF-16', 400, 400, Buffer.from(one, 'utf16le')],
  ['a surrogate in bytes', 400, 400, Buffer.from('7b22eda080227d', 'hex')],
  ['nesting of 501 levels', 400, 400, nested(501)],
  ['nesting of 100,000 levels', 400, 400, nested(100_000)],
  ['an array', 422, 42201, '[{"value":1}]'],
  ['null', 422, 42201, 'null'],
  ['no records', 422, 42201, '{}'],
  ['records of another type', 422, 42201, '{"records":{"value":1}}'],
  ['an unknown field', 422, 42201, '{"records":[{"value":1}],"topic":"x"}'],
  ['records twice', 422, 42201, '{"records":[{"value":1}],"records":[{"value":2}]}'],
  ['a schema', 422, 42201, '{"value_schema":"{}","records":[{"value":1}]}'],
  ['an empty batch', 422, 42202, '{"records":[]}'],
  ['one bad record among good', 422, 42203, '{"records":[{"value":1},{"key":2},{"value":3}]}'],
  ['a record of another type', 422, 42203, '{"records":[{"value":1},"x"]}'],
  ['an unknown field of a record', 422, 42203, '{"records":[{"value":1,"headers":[]}]}'],
  ['a value twice', 422, 42203, '{"records":[{"value":1,"value":1}]}'],
  ['a negative partition', 422, 42203, '{"records":[{"value":1,"partition":-1}]}'],
  ['a partition as text', 422, 42203, '{"records":[{"value":1,"partition":"0"}]}'],
  ['a missing partition', 404, 40402, '{"records":[{"value":1},{"value":1,"partition":3}]}'],
  ['a missing partition in the path', 404, 40402, one, '/topics/refusals/partitions/3'],
  ['a negative partition in the path', 404, 40402, one, '/topics/refusals/partitions/-1'],
  ['two partitions', 422, 42203, '{"records":[{"value":1,"partition":0}]}', '/topics/refusals/partitions/0'],
  ['a missing topic', 404, 40401, one, '/topics/refusals-missing'],
  ['a topic that is not served', 403, 40301, one, '/topics/other'],
  ['a name of no topic', 404, 40401, one, '/topics/a%20b'],
  ['10,001 records', 413, 413, repeated(10_001)],
  ['more bytes than are taken', 413, 413, `{"records":[{"value":"${'x'.repeat(MAX_BODY)}"}]}`],
  ['a record that Kafka finds too large', 413, 413, `{"records":[{"value":"${'x'.repeat(60_000)}"}]}`],
  ['JSON in base64’s place', 422, 42203, one, undefined, { 'content-type': BINARY_TYPE }],
  ['no Content-Type', 415, 415, one, undefined, { 'content-type': '' }],
  ['application/json', 415, 415, one, undefined, { 'content-type': 'application/json' }],
  ['a form', 415, 415, one, undefined, { 'content-type': 'application/x-www-form-urlencoded' }],
  ['Avro', 415, 415, one, undefined, { 'content-type': 'application/vnd.kafka.avro.v2+json' }],
  ['latin-1', 415, 415, one, undefined, { 'content-type': `${PRODUCE_TYPE}; charset=iso-8859-1` }],
  ['Brotli', 415, 415, one, undefined, { 'content-encoding': 'br' }],
  ['gzip twice', 415, 415, gzipSync(gzipSync(one)), undefined, { 'content-encoding': 'gzip, gzip' }],
  ['gzip that is none', 400, 400, one, undefined, { 'content-encoding': 'gzip' }],
  [
    'gzip that is cut off',
    400,
    400,
    gzipSync(one).subarray(0, 20),
    undefined,
    { 'content-encoding': 'gzip' },
  ],
  ['gzip with a wrong checksum', 400, 400, damaged(gzipSync(one)), undefined, { 'content-encoding': 'gzip' }],
  ['deflate that is none', 400, 400, one, undefined, { 'content-encoding': 'deflate' }],
  ['Accept: text/html', 406, 406, one, undefined, { accept: 'text/html' }],
  ['a consumer', 404, 404, one, '/consumers/group'],
  ['version 3', 404, 404, one, '/v3/clusters/c/topics/refusals/records'],
];

function damaged(bytes: Buffer): Buffer {
  bytes.writeUInt32LE(1, bytes.length - 8);
  return bytes;
}

test.each(cases)('%s: %i', async (_what, status, code, body, path = '/topics/refusals', headers = {}) => {
  const reply = await send(`${proxy.url}${path}`, body, { headers });
  expect([reply.status, reply.headers['content-type'], JSON.parse(reply.text)]).toEqual([
    status,
    'application/vnd.kafka.v2+json',
    { error_code: code, message: expect.any(String) as string },
  ]);
  expect(reply.headers['x-request-id']).toMatch(/./);
});

test('nothing of all that was stored', async () => {
  expect(await harness.read(TOPIC)).toEqual([]);
});

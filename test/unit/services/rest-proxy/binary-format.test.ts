import { FEEDS, type FeedName } from '../../../../services/contract';
import { RestError } from '../../../../services/rest-proxy/errors';
import {
  readProduceRequest,
  type ProduceRecord,
  type RequestShape,
} from '../../../../services/rest-proxy/produce-request';
import cases from '../../../row-numbers.json';

const base64 = (text: string | Buffer): string => `"${Buffer.from(text).toString('base64')}"`;

function read(records: string, shape: RequestShape = {}): ProduceRecord[] {
  return readProduceRequest(Buffer.from(`{"records":[${records}]}`), { format: 'binary', ...shape });
}

function refusal(records: string, shape: RequestShape = {}): unknown {
  try {
    return read(records, shape);
  } catch (error) {
    if (error instanceof RestError) return [error.status, error.code, error.message];
    throw error;
  }
}

test('keys and values are the bytes that base64 stands for, with escaped slashes too', () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const escaped = base64(bytes).replaceAll('/', '\\/').replaceAll('A', '\\u0041');
  expect(escaped).toContain('\\/');
  expect(
    read(`{"key":${base64(bytes)},"value":${escaped}},{"value":""},{"key":null,"value":null,"partition":2}`),
  ).toEqual([
    { key: bytes, value: bytes, partition: undefined, rowNumber: undefined },
    { key: null, value: Buffer.alloc(0), partition: undefined, rowNumber: undefined },
    { key: null, value: null, partition: 2, rowNumber: undefined },
  ]);
});

test.each([
  '{"value":{"a":1}}',
  '{"value":1}',
  '{"value":true}',
  '{"value":["QQ=="]}',
  '{"value":"a"}',
  '{"value":"abc"}',
  '{"value":"ab=c"}',
  '{"value":"ab-_"}',
  '{"value":"a==="}',
  '{"value":"QUJD\\nQUJD"}',
  '{"value":"\u00e9\u00e9"}',
])('%s is not base64', (record) => {
  expect(refusal(`{"value":""},${record}`)).toEqual([
    422,
    42203,
    'records[1] has a "value" that is not base64 in a string, or null.',
  ]);
});

test('a key that is not base64 is named', () => {
  expect(refusal('{"key":17,"value":""}')).toEqual([422, 42203, expect.stringContaining('a "key" that')]);
});

// The same cases as those of the JSON format.
test.each(cases)('the row number of $feed $value in base64 is $rowNumber', ({ feed, value, rowNumber }) => {
  const [record] = read(`{"value":${base64(` ${value}\n`)}}`, {
    rowNumberMember: FEEDS[feed as FeedName].rowNumber,
  });
  expect(record?.rowNumber).toBe(rowNumber ?? undefined);
  expect(record?.key?.toString()).toBe(rowNumber === null ? undefined : String(rowNumber));
  expect(record?.value?.toString()).toBe(` ${value}\n`);
});

test.each([
  ['no JSON', Buffer.from('{"ind":1')],
  ['JSON and more', Buffer.from('{"ind":1} x')],
  ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ['a byte order mark', Buffer.from('\ufeff{"ind":1}')],
  ['nested too deeply', Buffer.from(`{"ind":1,"x":${'['.repeat(500)}${']'.repeat(500)}}`)],
  ['no object', Buffer.from('"ind"')],
])('%s has no row number, and is passed on: the sink takes it to the dead letters', (_what, value) => {
  const [record] = read(`{"key":${base64('k')},"value":${base64(value)}}`, { rowNumberMember: 'ind' });
  expect(record).toEqual({ key: Buffer.from('k'), value, partition: undefined, rowNumber: undefined });
});

test('the partition of the path is that of all records; a second one is refused', () => {
  expect(
    read('{"value":""},{"value":"","partition":null}', { partition: 3 }).map(({ partition }) => partition),
  ).toEqual([3, 3]);
  expect(refusal('{"value":"","partition":0}', { partition: 3 })).toEqual([
    422,
    42203,
    'records[0] has the partition 0, and the path has 3: leave it out.',
  ]);
});

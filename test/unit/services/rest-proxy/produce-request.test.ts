import fc from 'fast-check';
import { RestError } from '../../../../services/rest-proxy/errors';
import { readProduceRequest } from '../../../../services/rest-proxy/produce-request';

const read = (text: string | Buffer): unknown[] =>
  readProduceRequest(Buffer.from(text)).map(({ key, value, partition }) => [
    key?.toString() ?? null,
    value?.toString() ?? null,
    partition,
  ]);

function refusal(text: string | Buffer): [number, number, string] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof RestError) return [error.status, error.code, error.message];
    throw error;
  }
  throw new Error(`The body was taken: ${text.toString().slice(0, 100)}`);
}

test('takes 10,000 records, and not one more', () => {
  const body = (count: number): string => `{"records":[${Array(count).fill('{"value":1}').join(',')}]}`;
  expect(read(body(10_000))).toHaveLength(10_000);
  expect(refusal(body(10_001))).toEqual([
    413,
    413,
    '"records" has more than 10000 records: send fewer at a time.',
  ]);
});

test('keeps the bytes of keys and values as sent', () => {
  expect(
    read(
      '\n{ "records" : [ {"key": "a" , "value": { "n" : 1.0, "n":12345678901234567890 , "__proto__": 1e400 }},' +
        '{"value":[1 ,2],"partition":3},{"key":null,"value":null,"partition":null}, {"value":"\\ud83d\\ude00"} ] } ',
    ),
  ).toEqual([
    ['"a"', '{ "n" : 1.0, "n":12345678901234567890 , "__proto__": 1e400 }', undefined],
    [null, '[1 ,2]', 3],
    [null, null, undefined],
    [null, '"\\ud83d\\ude00"', undefined],
  ]);
});

test('any JSON values are passed on unchanged, in order', () => {
  const record = fc.record({ key: fc.jsonValue(), value: fc.jsonValue() });
  fc.assert(
    fc.property(fc.array(record, { minLength: 1 }), (records) => {
      const text = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
      expect(read(JSON.stringify({ records }))).toEqual(
        records.map(({ key, value }) => [text(key), text(value), undefined]),
      );
    }),
  );
});

test('a partition is a whole number in any notation', () => {
  const texts = ['0', '-0.0', '1.0', '2e0', '2147483647'];
  const records = texts.map((text) => `{"value":1,"partition":${text}}`).join(',');
  expect(
    readProduceRequest(Buffer.from(`{"records":[${records}]}`)).map(({ partition }) => partition),
  ).toEqual([0, 0, 1, 2, 2147483647]);
});

test('takes a byte order mark, escaped member names, and schema members that are null', () => {
  expect(read('\ufeff{"\\u0072ecords":[{"value":1}],"value_schema":null,"key_schema_id":null}')).toEqual([
    [null, '1', undefined],
  ]);
});

test.each([
  ['', 'text ends where a value was expected at byte 0'],
  ['{"records":[{"value":1}]', 'text ends'],
  ['{"records":[{"value":01}]}', '"1" found'],
  ['{"records":[{"value":1}]} x', 'more text after the object at byte 26'],
  ['{"records":[{"valu":1},]}', '"]" found'],
  ['records=1', '"r" found where a value was expected'],
  [`{"records":[{"value":${'['.repeat(100_000)}`, 'a value nested deeper than 500 levels'],
])('responds with 400 to %.40s', (text, reason) => {
  const [status, code, message] = refusal(text);
  expect([status, code]).toEqual([400, 400]);
  expect(message).toContain(reason);
});

test('responds with 400 to bytes that are not UTF-8, also within a value', () => {
  const body = Buffer.concat([
    Buffer.from('{"records":[{"value":"'),
    Buffer.from([0xff]),
    Buffer.from('"}]}'),
  ]);
  expect(refusal(body)[2]).toContain('not UTF-8');
});

test.each([
  ['[]', 42201, 'The body is an array'],
  ['"x"', 42201, 'The body is a string'],
  ['{}', 42201, '"records" is missing'],
  ['{"records":{}}', 42201, '"records" is an object'],
  ['{"records":[{"value":1}],"records":[{"value":2}]}', 42201, 'Duplicate field "records"'],
  ['{"records":[{"value":1}],"__proto__":{}}', 42201, '"__proto__"'],
  ['{"records":[{"value":1}],"value_schema":"{}"}', 42201, '"value_schema" is a string'],
  ['{"records":[]}', 42202, '"records" is empty'],
  ['{"records":[{"value":1},7]}', 42203, 'records[1] is a number'],
  ['{"records":[{"key":1}]}', 42203, 'records[0] has no "value"'],
  ['{"records":[{"value":1,"value":2}]}', 42203, 'records[0] has the duplicate field "value"'],
  ['{"records":[{"vlaue":1}]}', 42203, 'unrecognized field "vlaue"'],
  ['{"records":[{"value":1,"partition":-1}]}', 42203, 'the partition "-1"'],
  ['{"records":[{"value":1,"partition":1.5}]}', 42203, 'the partition "1.5"'],
  [`{"records":[{"value":1,"partition":1.${'0'.repeat(50)}1}]}`, 42203, 'the partition "1.000'],
  ['{"records":[{"value":1,"partition":1e400}]}', 42203, 'the partition "1e400"'],
  ['{"records":[{"value":1,"partition":[0]}]}', 42203, 'the partition "[0]"'],
  ['{"records":[{"value":1,"partition":true}]}', 42203, 'the partition "true"'],
  ['{"records":[{"value":1,"partition":2147483648}]}', 42203, 'the partition "2147483648"'],
  ['{"records":[{"value":1,"partition":"0"}]}', 42203, 'the partition'],
])('answers 422 to %s', (text, code, reason) => {
  const [status, given, message] = refusal(text);
  expect([status, given]).toEqual([422, code]);
  expect(message).toContain(reason);
});

test('the text is refused before its shape', () => {
  expect(refusal('{"records":[7],"x":}')[0]).toBe(400);
});

test('a value of many parts is read', () => {
  const value = `[${'1,'.repeat(300_000)}2]`;
  expect(read(`{"records":[{"value":${value}}]}`)).toEqual([[null, value, undefined]]);
});

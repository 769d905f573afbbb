import { negotiate, readContentEncoding, readFormat } from '../../../../services/rest-proxy/media-types';

const V2 = 'application/vnd.kafka.v2+json';
const KAFKA = 'application/vnd.kafka+json';
const JSON_TYPE = 'application/json';

const refusedWith = (status: number, text: string): Error =>
  expect.objectContaining({
    status,
    code: status,
    message: expect.stringContaining(text) as string,
  }) as Error;

test.each([
  ['application/vnd.kafka.json.v2+json', 'json'],
  ['Application/vnd.kafka.JSON.v2+json ; charset=utf-8', 'json'],
  ['application/vnd.kafka.json.v2+json; charset="UTF-8"; x=y', 'json'],
  ['application/vnd.kafka.binary.v2+json', 'binary'],
  ['application/vnd.kafka.binary.v2+json;charset=utf8', 'binary'],
])('the Content-Type %p is %s', (header, format) => {
  expect(readFormat(header)).toBe(format);
});

test.each([
  [undefined, 'is missing: expected "application/vnd.kafka.json.v2+json" or'],
  ['', '"" is not supported'],
  // Confluent's documentation takes it for base64; its code refuses it. It could be either.
  ['application/json', '"application/json" is not supported: expected'],
  [V2, 'is not supported'],
  ['application/vnd.kafka.json.v1+json', 'is not supported'],
  ['application/vnd.kafka.json.v2+json; charset=latin1', 'in UTF-8'],
  ['application/vnd.kafka.binary.v2+json; charset=utf-16', 'in UTF-8'],
  ['application/vnd.kafka.avro.v2+json', 'has no schema registry'],
  ['application/vnd.kafka.jsonschema.v2+json', 'has no schema registry'],
  ['application/vnd.kafka.protobuf.v2+json', 'has no schema registry'],
  ['application/octet-stream', 'is not supported'],
  ['multipart/form-data; boundary=x', 'is not supported'],
])('the Content-Type %p is refused: %s', (header, text) => {
  expect(() => readFormat(header)).toThrow(refusedWith(415, text));
});

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['Identity', 'identity'],
  ['gzip', 'gzip'],
  [' GZIP ', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
])('the Content-Encoding %p is %s', (header, encoding) => {
  expect(readContentEncoding(header)).toBe(encoding);
});

test.each(['br', 'zstd', 'compress', 'x', 'identity, gzip', 'gzip, gzip'])(
  'the Content-Encoding %p is refused',
  (header) => {
    expect(() => readContentEncoding(header)).toThrow(refusedWith(415, 'gzip or deflate'));
    expect(() => readContentEncoding(header)).toThrow(
      expect.objectContaining({ headers: { 'accept-encoding': 'gzip, deflate' } }) as Error,
    );
  },
);

test.each([
  [undefined, V2],
  ['', V2],
  ['*/*', V2],
  ['application/*', V2],
  [V2, V2],
  [KAFKA, KAFKA],
  ['Application/JSON', JSON_TYPE],
  [`${V2}, ${KAFKA}; q=0.9, application/json; q=0.8`, V2],
  [`${V2};q=0.1, application/json;q=0.2`, JSON_TYPE],
  ['text/html, application/json;q=0.1', JSON_TYPE],
  ['text/html, */*;q=0.1', V2],
  ['application/json, */*', V2],
  ['application/json, */*;q=0.9', JSON_TYPE],
  // The range that names a type most exactly counts, whatever the order.
  [`*/*, ${V2};q=0`, KAFKA],
  [`application/*;q=0.2, */*;q=0.9, ${KAFKA};q=0.1`, V2],
  ['application/json;charset=utf-8', JSON_TYPE],
])('of the types in Accept %p the response has %s', (header, type) => {
  expect(negotiate(header)).toBe(type);
});

test.each([
  'text/html',
  'application/json;q=0',
  'application/json;q=0.000',
  '*/*;q=0',
  'application/vnd.kafka.json.v2+json',
  'nonsense',
  ',',
])('Accept %p accepts none', (header) => {
  expect(() => negotiate(header)).toThrow(refusedWith(406, 'expected "application/vnd.kafka.v2+json"'));
});

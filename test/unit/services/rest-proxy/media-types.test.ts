import {
  checkAccept,
  checkContentEncoding,
  checkContentType,
} from '../../../../services/rest-proxy/media-types';

test.each([
  'application/vnd.kafka.json.v2+json',
  'Application/vnd.kafka.JSON.v2+json ; charset=utf-8',
  'application/vnd.kafka.json.v2+json; charset="UTF-8"; x=y',
])('takes the Content-Type %s', (type) => {
  expect(() => {
    checkContentType(type);
  }).not.toThrow();
});

test.each([
  undefined,
  '',
  'application/json',
  'application/vnd.kafka.binary.v2+json',
  'application/vnd.kafka.json.v2+json; charset=latin1',
])('refuses the Content-Type %s with 415', (type) => {
  expect(() => {
    checkContentType(type);
  }).toThrow(expect.objectContaining({ status: 415, code: 415 }) as Error);
});

test.each([
  undefined,
  '',
  '*/*',
  'application/vnd.kafka.v2+json, application/vnd.kafka+json; q=0.9, application/json; q=0.8',
  'text/html, application/json;q=0.1',
  'application/*',
])('takes Accept: %s', (accept) => {
  expect(() => {
    checkAccept(accept);
  }).not.toThrow();
});

test.each(['text/html', 'application/json;q=0', 'application/vnd.kafka.json.v2+json'])(
  'refuses Accept: %s with 406',
  (accept) => {
    expect(() => {
      checkAccept(accept);
    }).toThrow(expect.objectContaining({ status: 406 }) as Error);
  },
);

test('takes a body that is not compressed', () => {
  for (const encoding of [undefined, '', 'identity', 'Identity']) {
    expect(() => {
      checkContentEncoding(encoding);
    }).not.toThrow();
  }
});

test.each(['gzip', 'identity, gzip', 'x'])('refuses the Content-Encoding %s with 415', (encoding) => {
  expect(() => {
    checkContentEncoding(encoding);
  }).toThrow(expect.objectContaining({ status: 415, code: 415 }) as Error);
});

import {
  checkAccept,
  checkContentEncoding,
  checkContentType,
} from '../../../../services/rest-proxy/media-types';

test.each([
  [checkContentType, 'application/vnd.kafka.json.v2+json'],
  [checkContentType, 'Application/vnd.kafka.JSON.v2+json ; charset=utf-8'],
  [checkContentType, 'application/vnd.kafka.json.v2+json; charset="UTF-8"; x=y'],
  [checkAccept, undefined],
  [checkAccept, ''],
  [checkAccept, '*/*'],
  [checkAccept, 'application/vnd.kafka.v2+json, application/vnd.kafka+json; q=0.9, application/json; q=0.8'],
  [checkAccept, 'text/html, application/json;q=0.1'],
  [checkAccept, 'application/*'],
  [checkContentEncoding, undefined],
  [checkContentEncoding, ''],
  [checkContentEncoding, 'identity'],
  [checkContentEncoding, 'Identity'],
])('%p takes %p', (check, value) => {
  expect(() => {
    check(value);
  }).not.toThrow();
});

test.each([
  [checkContentType, undefined, 415],
  [checkContentType, '', 415],
  [checkContentType, 'application/json', 415],
  [checkContentType, 'application/vnd.kafka.binary.v2+json', 415],
  [checkContentType, 'application/vnd.kafka.json.v2+json; charset=latin1', 415],
  [checkAccept, 'text/html', 406],
  [checkAccept, 'application/json;q=0', 406],
  [checkAccept, 'application/vnd.kafka.json.v2+json', 406],
  [checkContentEncoding, 'gzip', 415],
  [checkContentEncoding, 'identity, gzip', 415],
  [checkContentEncoding, 'x', 415],
])('%p refuses %p with %i', (check, value, status) => {
  expect(() => {
    check(value);
  }).toThrow(expect.objectContaining({ status, code: status }) as Error);
});

import { ERROR_CODES } from '../../../../services/rest-proxy/errors';
import openApi from '../../../../services/rest-proxy/openapi.json';
import { MAX_RECORDS } from '../../../../services/rest-proxy/produce-request';
import { RESOURCES } from '../../../../services/rest-proxy/resources';

test('the description has every resource and its methods, and no other', () => {
  const described = Object.entries(openApi.paths).map(([path, item]) => [
    path,
    Object.keys(item).filter((name) => name !== 'parameters'),
  ]);
  expect(described).toEqual(
    RESOURCES.map(({ path, produces }) => [path, produces ? ['get', 'post'] : ['get']]),
  );
});

test('the descriptions of the errors name every code that a route can give', () => {
  const texts = Object.values(openApi.components.responses).map(({ description }) => description);
  // Node's own time-outs and the methods are HTTP's, not an operation's.
  const { requestTimeout, methodNotAllowed, ...codes } = ERROR_CODES;
  expect([requestTimeout, methodNotAllowed]).toEqual([408, 405]);
  const missing = Object.values(codes).filter((code) => !texts.some((each) => each.includes(String(code))));
  expect(missing).toEqual([]);
});

test('the description has the limit of records', () => {
  expect(JSON.stringify(openApi)).toContain(`${MAX_RECORDS.toLocaleString('en')} records`);
});

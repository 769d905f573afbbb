import {
  connectionOptions,
  errorCode,
  errorText,
  parseDatabaseSecret,
} from '../../../../services/source/connection';

const secret = { username: 'u', password: 'p', host: 'h', port: 3307, dbname: 'd' };

test('reads the secret in RDS’s form, with additional keys', () => {
  expect(parseDatabaseSecret(JSON.stringify({ ...secret, engine: 'mysql' }))).toEqual(secret);
  expect(parseDatabaseSecret(JSON.stringify({ ...secret, port: '3307' }))).toEqual(secret);
  expect(parseDatabaseSecret(JSON.stringify({ ...secret, port: undefined })).port).toBe(3306);
});

test.each([
  ['', 'username, password, host, dbname missing'],
  ['[]', 'username, password, host, dbname missing'],
  [JSON.stringify({ ...secret, host: '' }), ': host missing'],
  [JSON.stringify({ ...secret, port: 70000 }), ': port missing'],
  [JSON.stringify({ ...secret, password: 5, dbname: null }), ': password, dbname missing'],
])('refuses the secret %p without showing its values', (text, message) => {
  expect(() => parseDatabaseSecret(text)).toThrow(message);
  expect(() => parseDatabaseSecret(text)).not.toThrow(/3307/);
});

test('RDS is reached by TLS, other hosts without', () => {
  expect(connectionOptions({ ...secret, host: 'x.abc.eu-west-1.rds.amazonaws.com' }).ssl).toBe('Amazon RDS');
  expect(connectionOptions({ ...secret, host: 'rds.amazonaws.com.evil.example' }).ssl).toBeUndefined();
  expect(connectionOptions(secret)).toMatchObject({
    host: 'h',
    port: 3307,
    user: 'u',
    password: 'p',
    database: 'd',
  });
});

test('errors without a message are reported by their code', () => {
  const error = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
  expect([errorCode(error), errorText(error)]).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
  expect([errorCode('x'), errorText('x')]).toEqual(['', 'x']);
});

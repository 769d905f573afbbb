import {
  oneOf,
  optionalText,
  requiredBootstrapServers,
  requiredFolder,
  requiredHost,
  requiredPort,
  requiredText,
  requiredUrl,
  SettingError,
  type SettingReader,
} from '../../../../lib/stages/settings';

const given =
  (value: unknown): SettingReader =>
  (name) =>
    name === 'x' ? value : undefined;

describe('requiredText', () => {
  test.each([undefined, null, ''])('says how to give a setting that is %p', (value) => {
    expect(() => requiredText(given(value), 'x', 'a word, for example "y"')).toThrow(
      new SettingError(
        'The setting "x" is missing: expected a word, for example "y". Give it as "-c x=…", or run "npm start", which passes every setting of the local stage.',
      ),
    );
  });
  test.each([true, {}, []])('refuses %p', (value) => {
    expect(() => requiredText(given(value), 'x', 'a word')).toThrow(
      `The setting "x" is ${JSON.stringify(value)}, which cannot be used: expected a word.`,
    );
  });
  test('takes a number, as cdk.json may hold one', () => {
    expect(requiredText(given(7), 'x', 'a number')).toBe('7');
  });
});

test('optionalText leaves a missing setting undefined', () => {
  expect(optionalText(given(undefined), 'x', 'a word')).toBeUndefined();
  expect(optionalText(given('a'), 'x', 'a word')).toBe('a');
});

test.each<[reader: typeof requiredUrl, value: string, expected: string]>([
  [requiredUrl, 'http://127.0.0.1:8082', 'http://127.0.0.1:8082'],
  [requiredUrl, 'https://host/base//', 'https://host/base'],
  [requiredBootstrapServers, '127.0.0.1:9092', '127.0.0.1:9092'],
  [requiredBootstrapServers, 'b-1.example:9098, b-2.example:9098', 'b-1.example:9098,b-2.example:9098'],
  [requiredBootstrapServers, '[::1]:9092', '[::1]:9092'],
  ...['127.0.0.1', 'db.example.com', '::1'].map((host): [typeof requiredHost, string, string] => [
    requiredHost,
    host,
    host,
  ]),
])('%p takes %s', (reader, value, expected) => {
  expect(reader(given(value), 'x')).toBe(expected);
});

test.each([1, 65535, '3306'])('requiredPort takes %p', (value) => {
  expect(requiredPort(given(value), 'x')).toBe(Number(value));
});

const NO_URLS = [
  ...['127.0.0.1:8082', 'ftp://host', 'http://', 'http://user:secret@host', 'http://host?a=b'],
  ...['http://host#a', 'http://ho st', 'http://host/{proxy}', 'http://host:99999'],
];
const NO_SERVERS = ['127.0.0.1', 'host:', 'host:0', 'host:65536', 'a:1,,b:2', 'http://host:9092', ','];
const REFUSED = [
  [requiredUrl, /^The setting "x" is .*http\(s\) URL/, NO_URLS],
  [requiredBootstrapServers, /cannot be used: expected "host:port"/, NO_SERVERS],
  [requiredPort, /expected a TCP port/, ['0', '65536', '-1', '3306.5', '0x10', ' 1', 'port']],
  [requiredHost, /expected a host name/, ['http://host', 'host:3306', 'a b', '-host']],
] as const;
test.each(
  REFUSED.flatMap(([reader, message, values]) => values.map((value) => ({ reader, message, value }))),
)('$reader.name refuses $value', ({ reader, message, value }) => {
  expect(() => reader(given(value), 'x')).toThrow(message);
});

test('requiredFolder wants a folder that is there', () => {
  expect(requiredFolder(given(__dirname), 'x')).toBe(__dirname);
  for (const value of [__filename, `${__dirname}/nowhere`]) {
    expect(() => requiredFolder(given(value), 'x')).toThrow(/cannot be used: expected the path of a folder/);
  }
});

test('oneOf lists the choices', () => {
  expect(oneOf(given('b'), 'x', ['a', 'b'], 'a')).toBe('b');
  expect(oneOf(given(undefined), 'x', ['a', 'b'], 'a')).toBe('a');
  expect(() => oneOf(given('c'), 'x', ['a', 'b'], 'a')).toThrow(
    'The setting "x" is "c", which cannot be used: expected one of "a", "b".',
  );
});

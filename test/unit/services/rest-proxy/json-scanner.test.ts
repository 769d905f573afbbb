import { MOST_NESTING } from '../../../../services/contract';
import fc from 'fast-check';
import {
  JsonSyntaxError,
  scanArray,
  scanObject,
  scanValue,
} from '../../../../services/rest-proxy/json-scanner';

/** Whether the scanner takes the whole text as one value. */
function accepts(text: string): boolean {
  const bytes = Buffer.from(text);
  try {
    return scanValue(bytes, 0) === bytes.length;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return false;
    throw error;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('takes what JSON.stringify writes, to its last byte', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1, 2), (value, indent) => {
      expect(accepts(JSON.stringify(value, null, indent))).toBe(true);
    }),
  );
});

test('agrees with JSON.parse on texts made by changing, dropping or adding a character of JSON', () => {
  const pieces = '{}[]",:\\/ue+-.01 9truefalsn\n\t\u0001é😀'.split('');
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.nat(),
      fc.constantFrom('change', 'drop', 'add'),
      fc.constantFrom(...pieces),
      (value, place, how, piece) => {
        const text = JSON.stringify(value);
        const at = place % (text.length + 1);
        const changed =
          text.slice(0, at) + (how === 'drop' ? '' : piece) + text.slice(how === 'add' ? at : at + 1);
        const trimmed = changed.trim();
        expect([trimmed, accepts(trimmed)]).toEqual([trimmed, parses(trimmed)]);
      },
    ),
    { numRuns: 2000 },
  );
});

test('agrees with JSON.parse on long strings, and says where they are wrong', () => {
  const plain = fc.constantFrom(1, 500, 512, 513, 4095, 4096, 9000).map((length) => 'é'.repeat(length));
  const special = fc.constantFrom('"', '\\\\', '\\"', '\\u00e9', '\\', '\n', '\u0000', '\u001f', '');
  fc.assert(
    fc.property(fc.array(fc.tuple(plain, special), { maxLength: 5 }), fc.boolean(), (parts, ends) => {
      const text = `"${parts.flat().join('')}${ends ? '"' : ''}`;
      expect([parts, accepts(text)]).toEqual([parts, parses(text)]);
    }),
    { numRuns: 500 },
  );
  expect(() => scanValue(Buffer.from(`"${'x'.repeat(10_000)}\n"`), 0)).toThrow(
    'unescaped control character in a string at byte 10001',
  );
  expect(() => scanValue(Buffer.from(`"${'x'.repeat(10_000)}`), 0)).toThrow(
    'text ends where the end of a string was expected at byte 10001',
  );
});

test.each([
  ...[
    '0',
    '-0',
    '1.0',
    '1e400',
    '-1E+5',
    '12345678901234567890',
    '""',
    '"\\u00e9\\n"',
    'true',
    'null',
    '[]',
    '{}',
  ],
  ...['{"__proto__":1,"__proto__":2}', '[1 , 2]', '"\u2028"', '"\\ud800"'],
])('takes %s', (text) => {
  expect(accepts(text)).toBe(true);
});

test.each([
  ...[
    '',
    ' ',
    '01',
    '1.',
    '.5',
    '+1',
    '-',
    '1e',
    '1e+',
    'tru',
    'nul',
    'NaN',
    '"',
    '"\\x"',
    '"\\u12g4"',
    '"\n"',
  ],
  ...['[1,]', '[,1]', '[1', '{"a"}', '{"a":}', '{"a":1,}', '{a:1}', "{'a':1}", '[1}', '{"a":1]', '1 2'],
])('refuses %j', (text) => {
  expect(accepts(text)).toBe(false);
});

test('counts depth without using the stack', () => {
  expect(accepts('['.repeat(MOST_NESTING) + ']'.repeat(MOST_NESTING))).toBe(true);
  expect(accepts('['.repeat(MOST_NESTING + 1) + ']'.repeat(MOST_NESTING + 1))).toBe(false);
  expect(accepts('{"a":'.repeat(100_000))).toBe(false);
});

test('says where and what', () => {
  expect(() => scanValue(Buffer.from('{"a":1;}'), 0)).toThrow(
    '";" found where "," or "}" was expected at byte 6',
  );
  expect(() => scanValue(Buffer.from('[1'), 0)).toThrow('text ends where "," or "]" was expected at byte 2');
});

test('walks over members with decoded names, and over elements', () => {
  const text = Buffer.from('{ "\\u0061" : 1.0 , "b\\"" : [ 2 , {} ] }');
  const seen: [string, string][] = [];
  const end = scanObject(text, 0, ['b', 'a'], (name, start) => {
    const valueEnd = scanValue(text, start);
    seen.push([name, text.toString('utf8', start, valueEnd)]);
    return valueEnd;
  });
  expect(end).toBe(text.length);
  expect(seen).toEqual([
    ['a', '1.0'],
    ['b"', '[ 2 , {} ]'],
  ]);
  const elements: string[] = [];
  const array = Buffer.from('[1, "x" ,[]]');
  scanArray(array, 0, (start) => {
    const valueEnd = scanValue(array, start);
    elements.push(array.toString('utf8', start, valueEnd));
    return valueEnd;
  });
  expect(elements).toEqual(['1', '"x"', '[]']);
});

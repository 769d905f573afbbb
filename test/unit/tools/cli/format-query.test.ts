import { formatQuery, formatSchema, formatTables } from '../../../../tools/cli/format-query';
import type { QueryResult, QueryValue } from '../../../../tools/pipeline/query';

const result = (names: string[], rows: QueryValue[][], truncated = false): QueryResult => ({
  columns: names.map((name) => ({ name, type: 'VARCHAR' })),
  rows,
  truncated,
  seconds: 0.123,
});

test('a table has numbers as they are, nulls, and how many rows', () => {
  const rows = [
    [1234567, 'a', null],
    [2, 'b', true],
  ];
  expect(formatQuery(result(['ind', 'title', 'ok'], rows), 'table')).toBe(
    '    ind  title  ok\n-------  -----  ----\n1234567  a      null\n      2  b      true\n\n2 rows in 0.12 s',
  );
  expect(formatQuery(result(['a'], [[1]]), 'table')).toContain('\n1 row in');
  expect(formatQuery(result(['a'], [[1]], true), 'table')).toContain('The first 1 rows; there are more');
});

test('a table shortens long values and shows control characters, which the terminal would obey', () => {
  const text = formatQuery(
    result(['x\u001b[2J'], [['y'.repeat(100)], ['a\n\t\u001b]0;b\u0007\u009b\u202e']]),
    'table',
  );
  expect(text).toContain(`\n${'y'.repeat(59)}…\n`);
  expect(text).toContain('x\\u001b[2J');
  expect(text).toContain('\na\\n\\t\\u001b]0;b\\u0007');
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(formatQuery(result(['a'], [['😀'.repeat(60)]]), 'table')).toContain('😀'.repeat(60));
});

test('CSV quotes what it must and keeps null and an empty text apart', () => {
  const rows = [['a,b', 'say "x"', 'two\nlines', '', null, ' c ', 1.5, false]];
  expect(formatQuery(result(['a', 'b"', 'c', 'd', 'e', 'f', 'g', 'h'], rows), 'csv')).toBe(
    'a,"b""",c,d,e,f,g,h\n"a,b","say ""x""","two\nlines","",," c ",1.5,false',
  );
});

test('JSON is the result as it is', () => {
  const long = result(['a'], [['y'.repeat(100)]], true);
  expect(JSON.parse(formatQuery(long, 'json'))).toEqual(long);
});

test('tables and their columns', () => {
  const tables = [
    { name: 'pin', description: 'each pin once', columns: [{ name: 'ind', type: 'INTEGER' }] },
    { name: 'geo', description: 'each geo once', columns: [] },
  ];
  expect(formatTables(tables).split('\n').slice(2)).toEqual([
    'pin    1 columns      each pin once',
    'geo    not there yet  each geo once',
  ]);
  expect(formatSchema(tables)).toBe('table  column  type\n-----  ------  -------\npin    ind     INTEGER');
  expect(formatSchema(tables, 'PIN')).toContain('INTEGER');
  expect(formatSchema(tables, 'geo')).toBe('The table geo is not there yet.');
  expect(formatSchema(tables, 'x')).toBe('There is no table "x": expected one of pin, geo.');
});

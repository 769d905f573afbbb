import { toCsv, toJson } from '../../../../../tools/web/page/csv';

const TABLE = {
  columns: ['name', 'said "so"'],
  rows: [
    ['Ada, Countess', 1.5],
    ['two\nlines', null],
    ['', true],
  ],
};

test('CSV quotes what has a comma, a quote or a line end, and tells an empty text from null', () => {
  expect(toCsv(TABLE)).toBe('name,"said ""so"""\r\n"Ada, Countess",1.5\r\n"two\nlines",\r\n"",true\r\n');
});

test('JSON has an object for each row', () => {
  expect(JSON.parse(toJson(TABLE))).toEqual([
    { name: 'Ada, Countess', 'said "so"': 1.5 },
    { name: 'two\nlines', 'said "so"': null },
    { name: '', 'said "so"': true },
  ]);
});

test('a table without rows is a header, or an empty array', () => {
  const table = { columns: ['a', 'b'], rows: [] };
  expect(toCsv(table)).toBe('a,b\r\n');
  expect(JSON.parse(toJson(table))).toEqual([]);
});

import { complete, splitStatements } from '../../../../tools/cli/sql-text';

test.each([
  ['select 1', [], 'select 1'],
  ['select 1;', ['select 1'], ''],
  ['select 1; select 2 ; ', ['select 1', 'select 2'], ''],
  [' ;; -- nothing; here\n', [], ''],
  ["select ';', 'it''s;' ; x", ["select ';', 'it''s;'"], ' x'],
  ['select ";" from "a;""b";', ['select ";" from "a;""b"'], ''],
  ['select 1 -- a; b\n;', ['select 1 -- a; b'], ''],
  ['select /* a; \n b */ 1;', ['select /* a; \n b */ 1'], ''],
  ['select $$a;b$$;', ['select $$a;b$$'], ''],
  ["select 'not ended; ", [], "select 'not ended; "],
  ['select "not ended; ', [], 'select "not ended; '],
  ['select /* not ended; ', [], 'select /* not ended; '],
  ['', [], ''],
])('%j is cut at the ends of its statements', (text, statements, rest) => {
  expect(splitStatements(text)).toEqual({ statements, rest });
});

test.each(['/* select 1;\n', "select '\n"])('%j waits for its end', (text) => {
  expect(splitStatements(text)).toEqual({ statements: [], rest: text });
});

const tables = [
  { name: 'pin', description: '', columns: [{ name: 'poster_name', type: 'VARCHAR' }] },
  { name: 'my-id_pin_table', description: '', columns: [{ name: 'title', type: 'VARCHAR' }] },
];

test.each([
  ['select * from pi', ['pin'], 'pi'],
  ['select p', ['partition', 'pin', 'poster_name'], 'p'],
  ['SELECT P', ['PARTITION', 'pin', 'poster_name'], 'P'],
  ['from my', ['"my-id_pin_table"'], 'my'],
  ['from "my-', ['"my-id_pin_table"'], '"my-'],
  ['select pin.ti', ['title'], 'ti'],
  ['select ', [], ''],
  ['.t', ['.tables'], '.t'],
  ['.', ['.help', '.quit', '.schema', '.tables'], '.'],
  ['.schema p', ['pin', 'poster_name'], 'p'],
])('%j becomes %j', (line, words, replaced) => {
  expect(complete(line, tables)).toEqual([words, replaced]);
});

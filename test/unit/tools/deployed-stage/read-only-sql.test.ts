import { requireReading } from '../../../../tools/deployed-stage/read-only-sql';

test.each([
  'select 1',
  ' WITH a AS (SELECT 1) SELECT * FROM a',
  '-- why\n/* and\nhow */ (SELECT 1) UNION (SELECT 2)',
  'VALUES 1',
  'TABLE pin',
  'SHOW TABLES',
  'describe pin',
  'EXPLAIN SELECT 1',
  'explain analyze verbose select 1',
  'EXPLAIN (TYPE DISTRIBUTED, FORMAT JSON) (SELECT 1)',
])('%j only reads', (sql) => {
  expect(() => {
    requireReading(sql);
  }).not.toThrow();
});

test.each([
  ['INSERT INTO pin SELECT 1', 'INSERT'],
  ['drop table pin', 'drop'],
  ['CREATE TABLE x AS SELECT 1', 'CREATE'],
  ["UNLOAD (SELECT 1) TO 's3://x'", 'UNLOAD'],
  ['/* SELECT */ DELETE FROM pin', 'DELETE'],
  ['-- SELECT\nVACUUM pin', 'VACUUM'],
  ['EXPLAIN ANALYZE INSERT INTO pin SELECT 1', 'INSERT'],
  ['EXPLAIN ANALYZE /* SELECT */ CREATE TABLE x AS SELECT 1', 'CREATE'],
  ["USING EXTERNAL FUNCTION f(x INT) RETURNS INT LAMBDA 'x' SELECT f(1)", 'USING'],
  ['selecting', 'selecting'],
  ['', ''],
  ['/* SELECT 1', '/*'],
])('%j is refused by its word', (sql, word) => {
  expect(() => {
    requireReading(sql);
  }).toThrow(`A statement that begins with "${word}" cannot be used: the tables are only read.`);
});

/**
 * The saved queries give the answers that the questions give. Both texts are run by DuckDB over the same tables: it takes
 * Athena's text once a whole number divided by another is one, and `element_at` is known for arrays.
 */
import { execFileSync } from 'node:child_process';
import { athenaQuestion, QUESTIONS } from '../../lib/batch/athena-sql';
import { ensureParts } from '../../tools/local-run/install';
import { PROJECT_ROOT } from '../../tools/local-run/paths';

/** Reads the queries from stdin; prints for each question the rows of both texts, and how many rows the tables have. */
const SCRIPT = `
import json, sys, duckdb
from table_engine.answers import answer_all
queries = json.load(sys.stdin)
session = duckdb.connect(":memory:")
session.execute("SET TimeZone = 'UTC'")
# Ties, nulls, odd and even groups, a group whose values are all null; users with several posts.
session.execute('''
CREATE TABLE pin AS SELECT n AS ind, ['art', 'art', 'diy', 'diy', 'mens', NULL][1 + n % 6] AS category,
  ['a', 'b', 'c', NULL][1 + n % 4] AS poster_name,
  CASE WHEN n % 5 = 0 OR n % 97 BETWEEN 19 AND 31 THEN NULL ELSE (n * 7919 % 1000)::BIGINT END AS follower_count FROM range(600) r(n);
CREATE TABLE geo AS SELECT n AS ind, ['Peru', 'Chad', NULL, 'Cuba'][1 + n // 2 % 4] AS country,
  TIMESTAMPTZ '2016-12-31 23:30:00+00' + to_days((n * 17 % 2600)::INT) AS timestamp FROM range(590) r(n);
CREATE TABLE "user" AS SELECT n AS ind, 'u' || n % 97 AS user_name, CASE WHEN n % 97 = 5 THEN NULL ELSE 12 + n % 97 % 60 END AS age,
  TIMESTAMPTZ '2014-06-01 00:00:00+00' + to_days((n % 97 * 31)::INT) AS date_joined FROM range(600) r(n);
''')
for name in ("pin", "geo", "user"):
    session.execute(f'CREATE VIEW cleaned_{name} AS FROM "{name}"')
ours = {answer["question"]: [answer["columns"], answer["rows"]] for answer in answer_all(session)}
session.execute("DROP TABLE posts; DROP TABLE people; SET integer_division = true")
session.execute("CREATE MACRO element_at(l, i) AS list_extract(l, i)")
theirs = {}
for name, sql in queries.items():
    result = session.execute(sql)
    columns = [column[0] for column in result.description]
    theirs[name] = [columns, [[int(v) if isinstance(v, float) and v.is_integer() else v for v in row] for row in result.fetchall()]]
print(json.dumps([ours, theirs]))
`;

type Answers = Record<string, [string[], unknown[][]]>;
let ours: Answers;
let theirs: Answers;

beforeAll(async () => {
  const { python } = await ensureParts(undefined, { only: ['python'] });
  const tables = { pin: 'pin', geo: 'geo', user: 'user' };
  const queries = Object.fromEntries(QUESTIONS.map((name) => [name, athenaQuestion(name, tables).sql]));
  const output = execFileSync(python, ['-c', SCRIPT], {
    cwd: `${PROJECT_ROOT}/engines/table-engine`,
    input: JSON.stringify(queries),
  });
  [ours, theirs] = JSON.parse(output.toString()) as [Answers, Answers];
}, 300_000);

test.each(QUESTIONS)('question %s has the same columns and rows in both texts', (question) => {
  expect(ours[question]?.[1].length).toBeGreaterThan(0);
  expect(theirs[question]).toEqual(ours[question]);
});

test('the tables have what the texts could differ in: halves, and groups without a value', () => {
  const medians = ['5', '7', '8'].flatMap((name) => ours[name]?.[1].map((row) => row.at(-1)) ?? []);
  expect(medians).toContain(null);
  expect(medians.some((median) => typeof median === 'number' && !Number.isInteger(median))).toBe(true);
});

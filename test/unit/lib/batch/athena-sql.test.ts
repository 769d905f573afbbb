import { athenaQuestion, QUESTIONS } from '../../../../lib/batch/athena-sql';

const TABLES = { pin: 'pin', geo: 'geo', user: 'user' };

test('every question is there with its words first', () => {
  for (const question of QUESTIONS) {
    const { title, sql } = athenaQuestion(question, TABLES);
    expect(title).toMatch(/^(The|How) /);
    expect(sql.startsWith(`-- ${title}\nWITH cleaned_pin AS (\n  SELECT * FROM "pin"\n),`)).toBe(true);
    expect(sql.match(/^WITH /gm)).toHaveLength(1);
    expect(sql).not.toMatch(/qualify|median\(/i);
  }
});

test('a question reads the tables of the catalog', () => {
  const { sql } = athenaQuestion('6', { pin: 'a', geo: 'b', user: 'c' });
  expect(sql.match(/FROM "\w"/g)).toEqual(['FROM "a"', 'FROM "b"', 'FROM "c"']);
});

test('the first of each group is chosen in a subquery', () => {
  expect(athenaQuestion('1', TABLES).sql).toContain(`SELECT country, category, category_count
FROM (
  SELECT country, category, category_count, row_number() OVER (PARTITION BY country ORDER BY category_count DESC, category) AS place
  FROM counted
)
WHERE place = 1
ORDER BY country`);
});

test('a median is the mean of the middle two', () => {
  expect(athenaQuestion('5', TABLES).sql).toContain(
    'element_at(array_sort(array_agg(follower_count) FILTER (WHERE follower_count IS NOT NULL)), (count(follower_count) + 2) / 2)) / 2e0 AS median_follower_count',
  );
});

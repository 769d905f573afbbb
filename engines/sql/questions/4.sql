-- The most popular category in each age group
WITH counted AS (
  SELECT age_group, category, count(*) AS category_count
  FROM posts
  WHERE age_group IS NOT NULL AND category IS NOT NULL
  GROUP BY age_group, category
)
SELECT age_group, category, category_count
FROM (
  SELECT age_group, category, category_count, row_number() OVER (PARTITION BY age_group ORDER BY category_count DESC, category) AS place
  FROM counted
)
WHERE place = 1
ORDER BY age_group

-- The most popular category in each country
WITH counted AS (
  SELECT country, category, count(*) AS category_count
  FROM posts
  WHERE country IS NOT NULL AND category IS NOT NULL
  GROUP BY country, category
)
SELECT country, category, category_count
FROM (
  SELECT country, category, category_count, row_number() OVER (PARTITION BY country ORDER BY category_count DESC, category) AS place
  FROM counted
)
WHERE place = 1
ORDER BY country

-- The most popular category in each country
WITH counted AS (
  SELECT country, category, count(*) AS category_count
  FROM posts
  WHERE country IS NOT NULL AND category IS NOT NULL
  GROUP BY country, category
)
SELECT country, category, category_count
FROM counted
QUALIFY row_number() OVER (PARTITION BY country ORDER BY category_count DESC, category) = 1
ORDER BY country

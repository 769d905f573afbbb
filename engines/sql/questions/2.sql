-- The most popular category in each year, 2018 to 2022
WITH counted AS (
  SELECT post_year, category, count(*) AS category_count
  FROM posts
  WHERE post_year BETWEEN 2018 AND 2022 AND category IS NOT NULL
  GROUP BY post_year, category
)
SELECT post_year, category, category_count
FROM (
  SELECT post_year, category, category_count, row_number() OVER (PARTITION BY post_year ORDER BY category_count DESC, category) AS place
  FROM counted
)
WHERE place = 1
ORDER BY post_year

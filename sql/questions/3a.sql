-- The poster with the most followers in each country
SELECT country, poster_name, follower_count
FROM posts
WHERE country IS NOT NULL AND poster_name IS NOT NULL AND follower_count IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY country ORDER BY follower_count DESC, poster_name) = 1
ORDER BY country

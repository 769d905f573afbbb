-- The country of the poster with the most followers of all
SELECT country, follower_count
FROM posts
WHERE country IS NOT NULL AND poster_name IS NOT NULL AND follower_count IS NOT NULL
ORDER BY follower_count DESC, country
LIMIT 1

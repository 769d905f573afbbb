-- The poster with the most followers in each country
WITH counted AS (
  SELECT country, poster_name, follower_count
  FROM posts
  WHERE country IS NOT NULL AND poster_name IS NOT NULL AND follower_count IS NOT NULL
),
most AS (
  SELECT country, max(follower_count) AS most_followers FROM counted GROUP BY country
)
SELECT counted.country, min(counted.poster_name) AS poster_name, counted.follower_count
FROM counted
JOIN most ON most.country = counted.country AND most.most_followers = counted.follower_count
GROUP BY counted.country, counted.follower_count
ORDER BY counted.country

-- The median follower count of the users who joined in each year, 2015 to 2020
SELECT join_year AS post_year, median(follower_count) AS median_follower_count
FROM users
WHERE join_year BETWEEN 2015 AND 2020
GROUP BY join_year
ORDER BY join_year

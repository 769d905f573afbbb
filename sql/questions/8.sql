-- The median follower count of the users of each age group who joined in each year, 2015 to 2020
SELECT age_group, join_year AS post_year, median(follower_count) AS median_follower_count
FROM users
WHERE age_group IS NOT NULL AND join_year BETWEEN 2015 AND 2020
GROUP BY age_group, join_year
ORDER BY age_group, join_year

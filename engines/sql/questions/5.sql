-- The median follower count of each age group's users
SELECT age_group, median(follower_count) AS median_follower_count
FROM people
WHERE age_group IS NOT NULL
GROUP BY age_group
ORDER BY age_group

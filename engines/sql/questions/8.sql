-- The median follower count of each age group's users by the year in which they joined, 2015 to 2020
SELECT age_group, year_joined AS post_year, median(follower_count) AS median_follower_count
FROM people
WHERE age_group IS NOT NULL AND year_joined BETWEEN 2015 AND 2020
GROUP BY age_group, year_joined
ORDER BY age_group, year_joined

-- The median follower count of the users who joined in each year, 2015 to 2020
SELECT year_joined AS post_year, median(follower_count) AS median_follower_count
FROM people
WHERE year_joined BETWEEN 2015 AND 2020
GROUP BY year_joined
ORDER BY year_joined

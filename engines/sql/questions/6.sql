-- How many users joined in each year, 2015 to 2020
SELECT year_joined AS post_year, count(*) AS number_users_joined
FROM people
WHERE year_joined BETWEEN 2015 AND 2020
GROUP BY year_joined
ORDER BY year_joined

-- Each post that is in all three cleaned tables, with the years and the age group that the questions group by.
SELECT
  p.ind,
  p.category,
  p.poster_name,
  p.follower_count,
  g.country,
  year(g.timestamp) AS post_year,
  u.user_name,
  u.age,
  u.date_joined,
  year(u.date_joined) AS year_joined,
  CASE
    WHEN u.age BETWEEN 18 AND 24 THEN '18-24'
    WHEN u.age BETWEEN 25 AND 35 THEN '25-35'
    WHEN u.age BETWEEN 36 AND 50 THEN '36-50'
    WHEN u.age > 50 THEN '50+'
  END AS age_group
FROM cleaned_pin p
JOIN cleaned_geo g ON g.ind = p.ind
JOIN cleaned_user u ON u.ind = p.ind

-- What the questions are asked of: the cleaned tables joined on the row number, one row a post. A null age or one under
-- 18 is in no age group.
SELECT
  pin.category,
  pin.poster_name,
  pin.follower_count,
  geo.country,
  year(geo.timestamp) AS post_year,
  members.user_name,
  members.age,
  members.date_joined,
  year(members.date_joined) AS join_year,
  CASE
    WHEN members.age BETWEEN 18 AND 24 THEN '18-24'
    WHEN members.age BETWEEN 25 AND 35 THEN '25-35'
    WHEN members.age BETWEEN 36 AND 50 THEN '36-50'
    WHEN members.age > 50 THEN '50+'
  END AS age_group
FROM cleaned_pin AS pin
JOIN cleaned_geo AS geo ON geo.ind = pin.ind
JOIN cleaned_user AS members ON members.ind = pin.ind

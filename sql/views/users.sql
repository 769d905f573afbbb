-- One row a user: a user is one distinct (user_name, age, date_joined), and has the follower count of the post that shows
-- the most.
SELECT
  user_name,
  age,
  date_joined,
  join_year,
  age_group,
  max(follower_count) AS follower_count
FROM posts
GROUP BY user_name, age, date_joined, join_year, age_group

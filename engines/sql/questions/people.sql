-- Each user once, with the largest follower count of the user's posts.
SELECT user_name, age, date_joined, year_joined, age_group, max(follower_count) AS follower_count
FROM posts
GROUP BY user_name, age, date_joined, year_joined, age_group

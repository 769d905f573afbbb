-- Cleans the feed pin. Input and output are described in engines/sql/README.md.
WITH parsed AS (
  SELECT
    *,
    whole_number(index_text) AS ind,
    lower(trim(BOTH ' ' FROM follower_count_text)) AS follower_text,
    CASE
      WHEN lower(downloaded_text) IN ('1', 'true', '1.0') THEN true
      WHEN lower(downloaded_text) IN ('0', 'false', '0.0') THEN false
    END AS downloaded_flag
  FROM decoded
),
followers AS (
  SELECT
    *,
    CASE
      WHEN right(follower_text, 1) IN ('k', 'm') THEN trim(TRAILING ' ' FROM left(follower_text, length(follower_text) - 1))
      ELSE follower_text
    END AS follower_number,
    CASE right(follower_text, 1) WHEN 'k' THEN 1000 WHEN 'm' THEN 1000000 ELSE 1 END AS follower_unit
  FROM parsed
)
SELECT
  position,
  line,
  CASE
    WHEN line IS NULL THEN NULL
    WHEN document_reason IS NOT NULL THEN document_reason
    WHEN ind IS NULL THEN 'no integer row number; ' || refusal(document, 'index', index_text, 'a whole number in 32 bits')
    WHEN is_nested(document, 'unique_id', unique_id_text) THEN refusal(document, 'unique_id', unique_id_text, 'text')
    WHEN is_nested(document, 'title', title_text) THEN refusal(document, 'title', title_text, 'text')
    WHEN is_nested(document, 'description', description_text) THEN refusal(document, 'description', description_text, 'text')
    WHEN is_nested(document, 'poster_name', poster_name_text) THEN refusal(document, 'poster_name', poster_name_text, 'text')
    WHEN is_nested(document, 'tag_list', tag_list_text) THEN refusal(document, 'tag_list', tag_list_text, 'text')
    WHEN is_nested(document, 'is_image_or_video', is_image_or_video_text)
      THEN refusal(document, 'is_image_or_video', is_image_or_video_text, 'text')
    WHEN is_nested(document, 'image_src', image_src_text) THEN refusal(document, 'image_src', image_src_text, 'text')
    WHEN is_nested(document, 'save_location', save_location_text)
      THEN refusal(document, 'save_location', save_location_text, 'text')
    WHEN is_nested(document, 'category', category_text) THEN refusal(document, 'category', category_text, 'text')
    WHEN downloaded_text IS NOT NULL AND downloaded_flag IS NULL
      THEN refusal(document, 'downloaded', downloaded_text, '1, 0, true or false')
  END AS reason,
  ind,
  unique_id_text AS unique_id,
  CASE WHEN title_text <> '' AND NOT {{sentinel title}} THEN title_text END AS title,
  CASE WHEN NOT {{sentinel description}} THEN description_text END AS description,
  -- Exact, in decimals. Whole numbers, the most frequent, need none, and short ones use small, fast decimals. Null
  -- where it exceeds a long.
  CASE
    WHEN {{sentinel follower_count}} THEN NULL
    WHEN matches(follower_number, '^[0-9]{1,12}$') THEN CAST(follower_number AS BIGINT) * follower_unit
    WHEN matches(follower_number, '^[0-9]{1,8}[.][0-9]{1,3}$')
      THEN CAST(round(CAST(follower_number AS DECIMAL(11, 3)) * CAST(follower_unit AS DECIMAL(7, 0)), 0) AS BIGINT)
    WHEN matches(follower_number, '^([0-9]+[.]?[0-9]*|[.][0-9]+)$')
      THEN try_cast(
        round(try_cast(follower_number AS DECIMAL(28, 9)) * CAST(follower_unit AS DECIMAL(7, 0)), 0) AS BIGINT
      )
  END AS follower_count,
  CASE WHEN NOT {{sentinel poster_name}} THEN poster_name_text END AS poster_name,
  trimmed_parts(CASE WHEN NOT {{sentinel tag_list}} THEN tag_list_text END) AS tag_list,
  is_image_or_video_text AS is_image_or_video,
  CASE WHEN NOT {{sentinel image_src}} THEN image_src_text END AS image_src,
  CASE WHEN left(save_location_text, 14) = 'Local save in ' THEN substr(save_location_text, 15) ELSE save_location_text END
    AS save_location,
  downloaded_flag AS downloaded,
  category_text AS category
FROM followers

-- Cleans the feed geo. Input and output are described in engines/sql/README.md.
WITH parsed AS (
  SELECT
    *,
    whole_number(ind_text) AS row_number_value,
    CASE WHEN matches(latitude_text, {{pattern number}}) THEN try_cast(latitude_text AS DOUBLE) END AS latitude,
    CASE WHEN matches(longitude_text, {{pattern number}}) THEN try_cast(longitude_text AS DOUBLE) END AS longitude,
    CASE WHEN matches(timestamp_text, {{pattern timestamp}}) THEN utc_timestamp(timestamp_text) END AS timestamp_value
  FROM decoded
)
SELECT
  position,
  line,
  CASE
    WHEN line IS NULL THEN NULL
    WHEN document_reason IS NOT NULL THEN document_reason
    WHEN row_number_value IS NULL
      THEN 'no integer row number; ' || refusal(document, 'ind', ind_text, 'a whole number in 32 bits')
    WHEN is_nested(document, 'country', country_text) THEN refusal(document, 'country', country_text, 'text')
    WHEN latitude_text IS NOT NULL AND (latitude IS NULL OR latitude < -90 OR latitude > 90)
      THEN refusal(document, 'latitude', latitude_text, 'a number from -90 to 90')
    WHEN longitude_text IS NOT NULL AND (longitude IS NULL OR longitude < -180 OR longitude > 180)
      THEN refusal(document, 'longitude', longitude_text, 'a number from -180 to 180')
    WHEN latitude IS NULL AND longitude IS NOT NULL
      THEN refusal(document, 'latitude', latitude_text, 'a number, because longitude has one')
    WHEN longitude IS NULL AND latitude IS NOT NULL
      THEN refusal(document, 'longitude', longitude_text, 'a number, because latitude has one')
    WHEN timestamp_text IS NOT NULL AND timestamp_value IS NULL
      THEN refusal(document, 'timestamp', timestamp_text, 'an ISO 8601 date and time')
  END AS reason,
  row_number_value AS ind,
  country_text AS country,
  CASE WHEN latitude IS NOT NULL AND longitude IS NOT NULL THEN pair(latitude, longitude) END AS coordinates,
  timestamp_value AS timestamp
FROM parsed

-- Cleans the feed user. Input and output are described in engines/sql/README.md.
WITH parsed AS (
  SELECT
    *,
    whole_number(ind_text) AS row_number_value,
    whole_number(age_text) AS age_value,
    CASE WHEN matches(date_joined_text, {{pattern timestamp}}) THEN utc_timestamp(date_joined_text) END AS date_joined_value
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
    WHEN is_nested(document, 'first_name', first_name_text) THEN refusal(document, 'first_name', first_name_text, 'text')
    WHEN is_nested(document, 'last_name', last_name_text) THEN refusal(document, 'last_name', last_name_text, 'text')
    WHEN age_text IS NOT NULL AND age_value IS NULL
      THEN refusal(document, 'age', age_text, 'a whole number in 32 bits')
    WHEN date_joined_text IS NOT NULL AND date_joined_value IS NULL
      THEN refusal(document, 'date_joined', date_joined_text, 'an ISO 8601 date and time')
  END AS reason,
  row_number_value AS ind,
  first_name_text || ' ' || last_name_text AS user_name,
  age_value AS age,
  date_joined_value AS date_joined
FROM parsed

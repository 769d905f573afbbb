-- Definitions for engines/sql/clean on Spark: the functions named there, and the relation "decoded". The functions
-- decode_record and value_kind come from the Spark extension. A statement ends with a semicolon at the end of a line.

-- The array [a, b].
CREATE OR REPLACE TEMPORARY FUNCTION pair(a DOUBLE, b DOUBLE) RETURNS ARRAY<DOUBLE> RETURN array(a, b);

-- The parts between commas, without the spaces around them.
CREATE OR REPLACE TEMPORARY FUNCTION trimmed_parts(t STRING) RETURNS ARRAY<STRING>
  RETURN transform(split(t, ','), part -> trim(part));

-- Whether a text matches a regular expression that ends with "$": the end of the text, not of its last line but one.
CREATE OR REPLACE TEMPORARY FUNCTION matches(t STRING, pattern STRING) RETURNS BOOLEAN
  RETURN regexp_like(t, concat('(?d)', pattern)) AND NOT endswith(t, '\n');

-- The 32-bit integer of a text such as 12, -12 or 12.0; null for any other text.
CREATE OR REPLACE TEMPORARY FUNCTION whole_number(t STRING) RETURNS INT
  RETURN CASE WHEN matches(t, '^-?[0-9]+([.]0+)?$') THEN try_cast(split_part(t, '.', 1) AS INT) END;

-- The minutes by which the zone at the end of a timestamp is ahead of UTC.
CREATE OR REPLACE TEMPORARY FUNCTION zone_minutes(zone STRING) RETURNS INT
  RETURN CASE WHEN length(zone) < 3 THEN 0
    ELSE CAST(left(zone, 1) || '1' AS INT)
      * (CAST(substr(zone, 2, 2) AS INT) * 60 + coalesce(try_cast(right(substr(zone, 4), 2) AS INT), 0)) END;

-- An ISO 8601 date and time; null for an invalid day or a year outside 1 to 9999. Split into parts, because Spark's own
-- cast refuses zones beyond 18 hours.
CREATE OR REPLACE TEMPORARY FUNCTION shifted_timestamp(t STRING) RETURNS TIMESTAMP
  RETURN try_cast(left(t, 10) || ' ' || substr(t, 12, 8) || regexp_extract(t, '[.][0-9]{1,6}', 0) AS TIMESTAMP)
    - make_dt_interval(0, 0, zone_minutes(regexp_extract(substr(t, 20), '[+-].*$', 0)));

CREATE OR REPLACE TEMPORARY FUNCTION utc_timestamp(t STRING) RETURNS TIMESTAMP
  RETURN CASE WHEN shifted_timestamp(t)
      BETWEEN TIMESTAMP '0001-01-01 00:00:00' AND TIMESTAMP '9999-12-31 23:59:59.999999'
    THEN shifted_timestamp(t) END;

-- Whether the value of a key is an object or an array. The JSON is only parsed when its text suggests so.
CREATE OR REPLACE TEMPORARY FUNCTION is_nested(document STRING, key STRING, t STRING) RETURNS BOOLEAN
  RETURN CASE WHEN startswith(t, '{') OR startswith(t, '[')
    THEN value_kind(document, key) IN ('an object', 'an array') ELSE false END;

-- Why a value was refused.
CREATE OR REPLACE TEMPORARY FUNCTION refusal(document STRING, key STRING, t STRING, expected STRING) RETURNS STRING
  RETURN key || ': expected ' || expected || ', found ' || CASE
    WHEN value_kind(document, key) IS NULL THEN 'no such key'
    WHEN t IS NULL THEN 'null'
    WHEN is_nested(document, key, t) THEN value_kind(document, key)
    ELSE value_kind(document, key) || ' ' || left(t, 100) || CASE WHEN length(t) > 100 THEN '…' ELSE '' END
  END;

-- One row a line: position, line, the document that counts, why the line is not a record, and the text of each source
-- key (null for null and for a missing key). Each line is parsed once; of duplicate keys the last counts.
CREATE OR REPLACE TEMPORARY VIEW decoded AS
SELECT
  position,
  line,
  line AS document,
  record[0] AS document_reason,
  {{texts by place}}
FROM (SELECT position, line, decode_record(line, '{{keys}}') AS record FROM lines);

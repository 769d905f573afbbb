-- Definitions for engines/sql/clean: the functions named there, and the relation "decoded".

-- The array [a, b].
CREATE OR REPLACE TEMP MACRO pair(a, b) AS [a, b];

-- The parts between commas, trimmed. Spaces are removed before the split, which is faster than after it, only where
-- there are any, and by the slow regular expression only where two are adjacent.
CREATE OR REPLACE TEMP MACRO trimmed_parts(t) AS split(
  CASE
    WHEN contains(t, '  ') THEN trim(regexp_replace(t, ' *, *', ',', 'g'), ' ')
    WHEN contains(t, ', ') OR contains(t, ' ,') OR starts_with(t, ' ') OR suffix(t, ' ')
      THEN trim(replace(replace(t, ' ,', ','), ', ', ','), ' ')
    ELSE t
  END,
  ',');

-- Whether a text matches a regular expression.
CREATE OR REPLACE TEMP MACRO matches(t, pattern) AS regexp_matches(t, pattern);

-- The 32-bit integer of a text such as 12, -12 or 12.0; null for any other text. The first branch is a fast path.
CREATE OR REPLACE TEMP MACRO whole_number(t) AS
  CASE WHEN CAST(try_cast(t AS INT) AS VARCHAR) = t THEN try_cast(t AS INT)
    ELSE try_cast(regexp_extract(t, '^(-?[0-9]+)([.]0+)?$', 1) AS INT) END;

-- An ISO 8601 date and time; null for an invalid day or a year outside 1 to 9999. Most texts have no zone, and reading
-- them without zones is several times as fast.
CREATE OR REPLACE TEMP MACRO utc_timestamp(t) AS
  CASE WHEN strlen(t) = 19 AND NOT starts_with(t, '0000')
    THEN make_timestamptz(epoch_us(try_cast(t AS TIMESTAMP)))
  WHEN try_cast(t AS TIMESTAMPTZ) BETWEEN TIMESTAMPTZ '0001-01-01 00:00:00+00' AND TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'
    THEN try_cast(t AS TIMESTAMPTZ) END;

-- Whether the value of a key is an object or an array. The JSON is only parsed when its text suggests so.
CREATE OR REPLACE TEMP MACRO is_nested(document, key, t) AS
  CASE WHEN starts_with(t, '{') OR starts_with(t, '[') THEN json_type(document, '$.' || key) IN ('OBJECT', 'ARRAY') ELSE false END;

-- The beginning of a value that is no object or array.
CREATE OR REPLACE TEMP MACRO shown(t) AS ' ' || left(t, 100) || CASE WHEN length(t) > 100 THEN '…' ELSE '' END;

-- Why a value was refused. The list of one looks its kind up only once.
CREATE OR REPLACE TEMP MACRO refusal(document, key, t, expected) AS
  key || ': expected ' || expected || ', found ' || list_transform(
    [coalesce(json_type(document, '$.' || key), '')],
    lambda kind: CASE kind
      WHEN '' THEN 'no such key'
      WHEN 'NULL' THEN 'null'
      WHEN 'OBJECT' THEN 'an object'
      WHEN 'ARRAY' THEN 'an array'
      WHEN 'VARCHAR' THEN 'the string' || shown(t)
      WHEN 'BOOLEAN' THEN 'the boolean' || shown(t)
      ELSE 'the number' || shown(t)
    END
  )[1];

-- Whether a line that DuckDB reads as JSON is JSON by RFC 8259: DuckDB also accepts NaN, Infinity and trailing commas.
-- Strings are only removed when the line has something like one of these. A line with a single opening bracket that
-- ends in '"}' has no place for such a comma, which is a faster check; the patterns begin with a fixed character, which
-- makes the search fast.
CREATE OR REPLACE TEMP MACRO is_lenient_json(line) AS
  CASE
    WHEN contains(line, '[') OR regexp_matches(line, ':\s*-?(?:[iI]|[nN][aA])')
      OR ((NOT suffix(line, '"}') OR contains(ltrim(line, '{'), '{')) AND regexp_matches(line, ',\s*[\]}]'))
    THEN regexp_matches(regexp_replace(line, '"([^"\\]|\\.)*"', '""', 'g'), '(?i)[:\[,]\s*-?(nan|inf)|,\s*[\]}]')
    ELSE false
  END;

-- Whether objects and arrays of a JSON line are nested deeper than {{most nesting}} levels. Only a line with enough
-- brackets is checked: without its strings, it matches a pattern of as many levels if it is no deeper. The pattern is
-- not constant (least() gives 0), so it is built only for such lines and not with each plan, which takes milliseconds.
CREATE OR REPLACE TEMP MACRO is_too_deep(line) AS
  CASE
    WHEN strlen(line) > 2 * {{most nesting}}
      AND strlen(line) - strlen(replace(replace(line, '[', ''), '{', '')) > {{most nesting}}
    THEN NOT regexp_full_match(
      regexp_replace(line, '"([^"\\]|\\.)*"|[^\[\]{}"]+', '', 'g'),
      repeat('[\[{](?:', {{most nesting}} + least(strlen(line), 0)) || repeat(')*[\]}]', {{most nesting}}))
    ELSE false
  END;

-- The object with the last value of each source key, given all its keys in order.
CREATE OR REPLACE TEMP MACRO last_values(line, keys) AS
  '{' || array_to_string(list_transform(
    list_filter({{key list}}, lambda key: list_contains(keys, key)),
    lambda key: '"' || key || '":' || json_extract(line, '$.*')[len(keys) - list_position(list_reverse(keys), key) + 1]
  ), ',') || '}';

-- Why a line is not a record; null for a record.
CREATE OR REPLACE TEMP MACRO document_problem(line, row_number_text) AS
  CASE
    WHEN row_number_text IS NULL AND NOT json_valid(line)
      THEN CASE WHEN regexp_matches(line, '(?i)\\ud[89a-f]') THEN 'not JSON, or half of a surrogate pair' ELSE 'not JSON' END
    WHEN row_number_text IS NULL AND json_type(line) <> 'OBJECT'
      THEN 'not a JSON object but ' || CASE json_type(line)
        WHEN 'ARRAY' THEN 'an array' WHEN 'VARCHAR' THEN 'a string' WHEN 'BOOLEAN' THEN 'a boolean' WHEN 'NULL' THEN 'null'
        ELSE 'a number' END
    WHEN is_lenient_json(line) THEN 'not JSON: NaN, Infinity or a comma before a closing bracket'
    WHEN is_too_deep(line) THEN 'nested deeper than {{most nesting}} levels'
  END;

-- One row a line: position, line, the document that counts, why the line is not a record, and the text of each source
-- key (null for null and for a missing key). A line with exactly the source keys, like most, is parsed once. Others are
-- parsed again, because DuckDB takes the first of duplicate keys, and the last counts.
CREATE OR REPLACE TEMP VIEW decoded AS
SELECT
  position,
  line,
  document,
  document_problem(line, record.{{row number}}) AS document_reason,
  {{texts}}
FROM (
  SELECT
    position,
    line,
    document,
    CASE WHEN usual IS NOT NULL THEN usual ELSE TRY(from_json(document, '{{json structure}}')) END AS record
  FROM (
    SELECT
      position,
      line,
      usual,
      CASE WHEN keys IS NULL THEN line WHEN len(keys) > list_unique(keys) THEN last_values(line, keys) ELSE line END AS document
    FROM (
      SELECT position, line, usual, CASE WHEN usual IS NULL THEN TRY(json_keys(line)) END AS keys
      FROM (SELECT position, line, TRY(from_json_strict(line, '{{json structure}}')) AS usual FROM lines)
    )
  )
);

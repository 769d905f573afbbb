-- What DuckDB needs before it can run engines/sql/clean: the functions named there, and the relation "decoded".

-- The array [a, b].
CREATE OR REPLACE TEMP MACRO pair(a, b) AS [a, b];

-- The parts between commas, without the spaces around them: taken away before the cut, which is faster than from each part,
-- only where there are some, and by the slow regular expression only where two stand together.
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

-- The whole number, in 32 bits, that a text such as 12, -12 or 12.0 is; null for any other text. The first branch is only
-- the fast way for most texts.
CREATE OR REPLACE TEMP MACRO whole_number(t) AS
  CASE WHEN CAST(try_cast(t AS INT) AS VARCHAR) = t THEN try_cast(t AS INT)
    ELSE try_cast(regexp_extract(t, '^(-?[0-9]+)([.]0+)?$', 1) AS INT) END;

-- A text that has the shape of an ISO 8601 date and time; null when there is no such day or the year is not 1 to 9999. Most
-- texts have no zone and not even the place for one; reading them without the calendar of zones is several times as fast.
CREATE OR REPLACE TEMP MACRO utc_timestamp(t) AS
  CASE WHEN strlen(t) = 19 AND NOT starts_with(t, '0000')
    THEN make_timestamptz(epoch_us(try_cast(t AS TIMESTAMP)))
  WHEN try_cast(t AS TIMESTAMPTZ) BETWEEN TIMESTAMPTZ '0001-01-01 00:00:00+00' AND TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'
    THEN try_cast(t AS TIMESTAMPTZ) END;

-- Whether the value of a key is an object or an array. The JSON is only looked at again when its text says it might be.
CREATE OR REPLACE TEMP MACRO is_nested(document, key, t) AS
  CASE WHEN starts_with(t, '{') OR starts_with(t, '[') THEN json_type(document, '$.' || key) IN ('OBJECT', 'ARRAY') ELSE false END;

-- What a value that is no object or array looks like: its beginning.
CREATE OR REPLACE TEMP MACRO shown(t) AS ' ' || left(t, 100) || CASE WHEN length(t) > 100 THEN '…' ELSE '' END;

-- The sentence that says why a value was refused. The list of one is there so that its kind is looked up once.
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

-- Whether a line that DuckDB reads as JSON is JSON by RFC 8259: DuckDB also takes NaN, Infinity and trailing commas. The
-- strings are only taken out when the line has something that looks like one of these. A line that opens no second bracket
-- and ends in '"}' has no place for such a comma, which is told faster; the patterns that lines are searched for begin with a
-- fixed character, which is what makes the search fast.
CREATE OR REPLACE TEMP MACRO is_lenient_json(line) AS
  CASE
    WHEN contains(line, '[') OR regexp_matches(line, ':\s*-?(?:[iI]|[nN][aA])')
      OR ((NOT suffix(line, '"}') OR contains(ltrim(line, '{'), '{')) AND regexp_matches(line, ',\s*[\]}]'))
    THEN regexp_matches(regexp_replace(line, '"([^"\\]|\\.)*"', '""', 'g'), '(?i)[:\[,]\s*-?(nan|inf)|,\s*[\]}]')
    ELSE false
  END;

-- Whether objects and arrays of a line that is JSON are nested deeper than {{most nesting}} levels. Only a line with enough
-- brackets is looked at: without its strings, what is no deeper matches a pattern of as many levels. The pattern is not constant
-- (least() gives 0), so that it is only made for such a line and not with each plan, which takes milliseconds.
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

-- Why a line is no record; null for a record.
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

-- One row a line: position, line, the document that counts, why the line is no record, and the text of each source key (null
-- for null and for no such key). A line that has just the source keys, as most have, is parsed once. Another one is parsed
-- again, because DuckDB takes the first of a key that stands twice, and the last counts.
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

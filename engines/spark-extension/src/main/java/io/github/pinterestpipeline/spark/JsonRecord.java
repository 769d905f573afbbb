package io.github.pinterestpipeline.spark;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;

/**
 * Parses a raw line by the rules of {@code engines/sql/README.md}: one JSON object (RFC 8259)
 * without unpaired surrogates; of duplicate keys the last counts. Values get the same texts, and
 * rejects the same reasons, as in {@code engines/sql/dialects/duckdb.sql}.
 */
final class JsonRecord {
  private JsonRecord() {}

  /**
   * Decodes a line.
   *
   * @param line the line, which is not blank
   * @param keys the keys to look up
   * @return first why the line is not a record, null for a record; then for each key its value's
   *     text, null for null and for a missing key
   */
  static String[] decode(String line, List<String> keys) {
    String[] decoded = new String[keys.size() + 1];
    try (JsonParser parser = JsonSyntax.strict(line)) {
      JsonToken root = parser.nextToken();
      if (root == JsonToken.START_OBJECT) {
        readValues(parser, keys, decoded);
      } else if (root != null) {
        decoded[0] = otherDocument(root);
        parser.skipChildren();
      }
      JsonSyntax.requireEnd(parser, root);
      JsonSyntax.requireWholePairs(line);
      if (decoded[0] == null && JsonSyntax.isTooDeep(line)) {
        Arrays.fill(decoded, null);
        decoded[0] = "nested deeper than " + JsonSyntax.MOST_NESTING + " levels";
      }
    } catch (JsonProcessingException e) {
      Arrays.fill(decoded, null);
      JsonToken root = JsonSyntax.lenientRoot(line);
      if (root == null) {
        decoded[0] = JsonSyntax.problem(line);
      } else if (root == JsonToken.START_OBJECT) {
        decoded[0] = "not JSON: NaN, Infinity or a comma before a closing bracket";
      } else {
        decoded[0] = otherDocument(root);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Nothing is read that could fail.
    }
    return decoded;
  }

  private static String otherDocument(JsonToken root) {
    return "not a JSON object but " + kind(root).replaceFirst("^the ", "a ");
  }

  /** Reads the members of an object, from its start token to its end token. */
  private static void readValues(JsonParser parser, List<String> keys, String[] decoded)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      int place = keys.indexOf(parser.currentName());
      parser.nextToken();
      if (place >= 0) {
        decoded[place + 1] = text(parser);
      }
      parser.skipChildren();
    }
  }

  /** As DuckDB renders it; of an object or array, whose text is not needed, the bracket. */
  private static String text(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_NULL -> null;
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> NumberText.of(parser.getText());
      default -> parser.getText();
    };
  }

  /**
   * The kind of a key's value, the last one's of duplicates, in words.
   *
   * @param line a JSON object
   * @return null for a missing key
   */
  static String kindOf(String line, String key) {
    try (JsonParser parser = JsonSyntax.strict(line)) {
      String found = null;
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isIt = parser.currentName().equals(key);
        JsonToken value = parser.nextToken();
        if (isIt) {
          found = kind(value);
        }
        parser.skipChildren();
      }
      return found;
    } catch (JsonParseException e) {
      return null; // Only called for lines already refused for their syntax.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String kind(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "the string";
      case VALUE_TRUE, VALUE_FALSE -> "the boolean";
      case VALUE_NULL -> "null";
      default -> "the number";
    };
  }
}

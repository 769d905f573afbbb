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
 * Reads a raw line by the rules of {@code sql/README.md}: one JSON object (RFC 8259) without halves
 * of surrogate pairs; of a key that stands twice the last counts. Values become the same texts, and
 * lines that are no record are refused with the same sentences, as by {@code
 * sql/engines/duckdb.sql}.
 */
final class JsonRecord {
  private JsonRecord() {}

  /**
   * Takes a line apart.
   *
   * @param line the line, which is not blank
   * @param keys the keys to look for
   * @return first why the line is no record, null for a record; then for each key its value's text,
   *     null for null and for no such key
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

  /** Reads the members of an object; the parser is at its start and goes to its end. */
  private static void readValues(JsonParser parser, List<String> keys, String[] decoded)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      int place = keys.indexOf(parser.currentName());
      parser.nextToken();
      if (place >= 0) {
        decoded[place + 1] = JsonText.of(parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  /**
   * The kind of a key's value, of several the last one's, in words.
   *
   * @param line a JSON object
   * @return null when it has no such key
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
      return null; // Only asked for when the line was refused for its syntax already.
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

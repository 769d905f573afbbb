package io.github.pinterestpipeline.s3sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/**
 * Turns a record's value into a line: checks that it is exactly one JSON object (RFC 8259, UTF-8)
 * and removes line breaks, which valid JSON only has between tokens. All other bytes are unchanged:
 * order and duplicates of keys, spaces, escapes, the notation of numbers.
 */
final class JsonLine {
  /** Maximum nesting depth: {@code mostNesting} of services/contract/feeds.json. */
  static final int MOST_NESTING = 500;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MOST_NESTING + 1) // The one more is refused here.
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          // Keys are untrusted: they must not fill the JVM's string pool nor fail the task by
          // collisions.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .build();

  private JsonLine() {}

  /**
   * Checks a value and returns its line.
   *
   * @param value the record's value; null is a tombstone
   * @return the line without its end; the same array if it had no line breaks
   * @throws InvalidValueException if the value is not exactly one JSON object
   */
  static byte[] of(byte[] value) throws InvalidValueException {
    if (value == null) {
      throw new InvalidValueException("it is null (a tombstone)");
    }
    if (value.length == 0) {
      throw new InvalidValueException("it is empty");
    }
    // Before the parser, which would guess UTF-16 or UTF-32 from zero bytes and accept a BOM.
    Utf8.check(value);
    checkObject(value);
    return withoutLineBreaks(value);
  }

  private static void checkObject(byte[] value) throws InvalidValueException {
    try (JsonParser parser = FACTORY.createParser(value)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new InvalidValueException("it holds nothing but white space");
      }
      if (first != JsonToken.START_OBJECT) {
        throw InvalidValueException.asCleaned("not a JSON object but " + describe(first));
      }
      int depth = 1;
      while (depth > 0) {
        JsonToken token = parser.nextToken();
        if (token == null) {
          throw new InvalidValueException("it ends in the middle");
        } else if (token.isStructStart()) {
          depth++;
          if (depth > MOST_NESTING) {
            throw InvalidValueException.asCleaned("nested deeper than " + MOST_NESTING + " levels");
          }
        } else if (token.isStructEnd()) {
          depth--;
        }
      }
      if (parser.nextToken() != null) {
        throw new InvalidValueException("something follows the object");
      }
    } catch (JsonProcessingException e) {
      throw new InvalidValueException(firstLine(e.getOriginalMessage()) + at(e));
    } catch (IOException e) {
      throw new IllegalStateException("Reading from an array does not fail", e);
    }
  }

  private static String describe(JsonToken token) {
    return switch (token) {
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NULL -> "null";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      default -> "a number";
    };
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  private static String at(JsonProcessingException e) {
    return e.getLocation() == null ? "" : " at byte " + e.getLocation().getByteOffset();
  }

  private static byte[] withoutLineBreaks(byte[] value) {
    int breaks = 0;
    for (byte b : value) {
      if (b == '\n' || b == '\r') {
        breaks++;
      }
    }
    if (breaks == 0) {
      return value;
    }
    byte[] line = new byte[value.length - breaks];
    int length = 0;
    for (byte b : value) {
      if (b != '\n' && b != '\r') {
        line[length++] = b;
      }
    }
    return line;
  }
}

package io.github.pinterestpipeline.spark;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether a line is JSON, and the reason if it is not. */
final class JsonSyntax {
  private static final JsonFactory STRICT = builder().build();
  private static final JsonFactory WITH_TRAILING_COMMAS =
      builder().enable(JsonReadFeature.ALLOW_TRAILING_COMMA).build();

  /** An escape of one half of a surrogate pair, alone or next to the other half. */
  private static final Pattern HALF = Pattern.compile("\\\\u[dD][89a-fA-F]");

  /**
   * As in engines/sql/dialects/duckdb.sql, which does not check for an escaped backslash either.
   */
  private static final Pattern HALF_SAID = Pattern.compile("\\\\[uU][dD][89a-fA-F]");

  /** What may not be read over: an escape, the end of a string, and as a group no number. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\\\.|\"|(-?(?:nan|infinity|inf))", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /** Maximum nesting depth: {@code mostNesting} of services/contract/feeds.json. */
  static final int MOST_NESTING = 500;

  private JsonSyntax() {}

  private static JsonFactoryBuilder builder() {
    return new JsonFactoryBuilder()
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(Integer.MAX_VALUE)
                .maxNameLength(Integer.MAX_VALUE)
                .maxNumberLength(Integer.MAX_VALUE)
                .maxStringLength(Integer.MAX_VALUE)
                .build())
        // Keys are untrusted: they must not fill the JVM's string pool nor fail the task by
        // collisions.
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW);
  }

  /** A parser of RFC 8259 that also accepts unpaired surrogates. */
  static JsonParser strict(String line) throws IOException {
    return STRICT.createParser(line);
  }

  /**
   * Checks that a document is complete.
   *
   * @param root its first token
   * @throws JsonProcessingException if there is none, or if more text follows
   */
  static void requireEnd(JsonParser parser, JsonToken root) throws IOException {
    if (root == null || parser.nextToken() != null) {
      throw new JsonParseException(parser, "expected one document");
    }
  }

  /**
   * Checks a document for unpaired surrogates in any string or key.
   *
   * @throws JsonProcessingException if there is one
   */
  static void requireWholePairs(String line) throws IOException {
    if (!HALF.matcher(line).find()) {
      return;
    }
    try (JsonParser parser = WITH_TRAILING_COMMAS.createParser(line)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        boolean isText = token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME;
        if (isText && holdsHalf(parser.getText())) {
          throw new JsonParseException(parser, "half of a surrogate pair");
        }
      }
    }
  }

  private static boolean holdsHalf(String text) {
    return text.codePoints().anyMatch(point -> 0xD800 <= point && point <= 0xDFFF);
  }

  /** Whether objects and arrays of a document exceed the maximum nesting depth. */
  static boolean isTooDeep(String line) throws IOException {
    if (line.length() <= 2 * MOST_NESTING) {
      return false;
    }
    try (JsonParser parser = strict(line)) {
      int depth = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isStructStart() && ++depth > MOST_NESTING) {
          return true;
        } else if (token.isStructEnd()) {
          depth--;
        }
      }
      return false;
    }
  }

  /** Why a line that is neither JSON nor lenient JSON is refused. */
  static String problem(String line) {
    return HALF_SAID.matcher(line).find() ? "not JSON, or half of a surrogate pair" : "not JSON";
  }

  /**
   * The first token of a line that is JSON except for NaN, Infinity or trailing commas; null for
   * any other invalid line.
   */
  static JsonToken lenientRoot(String line) {
    String repaired = withoutNotNumbers(line);
    try (JsonParser parser = WITH_TRAILING_COMMAS.createParser(repaired)) {
      JsonToken root = parser.nextToken();
      if (root != null) {
        parser.skipChildren();
      }
      requireEnd(parser, root);
      requireWholePairs(repaired);
      return root;
    } catch (JsonProcessingException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The line with a number for each NaN and Infinity outside strings. */
  private static String withoutNotNumbers(String line) {
    StringBuilder repaired = new StringBuilder(line.length());
    Matcher tokens = TOKEN.matcher(line);
    boolean isInString = false;
    while (tokens.find()) {
      isInString ^= tokens.group().equals("\"");
      boolean isNotNumber = !isInString && tokens.group(1) != null;
      String token = isNotNumber ? "0" : Matcher.quoteReplacement(tokens.group());
      tokens.appendReplacement(repaired, token);
    }
    return tokens.appendTail(repaired).toString();
  }
}

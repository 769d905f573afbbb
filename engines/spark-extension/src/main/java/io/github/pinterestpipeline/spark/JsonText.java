package io.github.pinterestpipeline.spark;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;

/**
 * The text of a JSON value as DuckDB renders it, except for objects and arrays, whose text is not
 * needed.
 */
final class JsonText {
  private JsonText() {}

  /**
   * The text of the parser's current value; moves the parser to the value's end.
   *
   * @return a string's content, a number's or boolean's text, an opening bracket for an object or
   *     array; null for null
   */
  static String of(JsonParser parser) throws IOException {
    String text =
        switch (parser.currentToken()) {
          case VALUE_NULL -> null;
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> NumberText.of(parser.getText());
          default -> parser.getText();
        };
    parser.skipChildren();
    return text;
  }
}

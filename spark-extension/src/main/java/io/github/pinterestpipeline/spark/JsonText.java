package io.github.pinterestpipeline.spark;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** The text of a JSON value as DuckDB gives it. */
final class JsonText {
  private JsonText() {}

  /**
   * The text of the value at which the parser stands; the parser goes to the value's end.
   *
   * @return a string's content, a number's or boolean's text, an object or array without white
   *     space; null for null
   */
  static String of(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_NULL -> null;
      case VALUE_STRING, VALUE_TRUE, VALUE_FALSE -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> NumberText.ofValue(parser.getText());
      default -> nested(parser);
    };
  }

  private static String nested(JsonParser parser) throws IOException {
    StringBuilder text = new StringBuilder();
    int depth = 0;
    boolean needsComma = false;
    JsonToken token = parser.currentToken();
    while (true) {
      if (token.isStructEnd()) {
        depth--;
      } else if (needsComma) {
        text.append(',');
      }
      needsComma = !token.isStructStart() && token != JsonToken.FIELD_NAME;
      switch (token) {
        case FIELD_NAME -> appendQuoted(text, parser.currentName()).append(':');
        case VALUE_STRING -> appendQuoted(text, parser.getText());
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
            text.append(NumberText.inJson(parser.getText()));
        default -> text.append(token.asString());
      }
      if (token.isStructStart()) {
        depth++;
      }
      if (depth == 0) {
        return text.toString();
      }
      token = parser.nextToken();
    }
  }

  private static StringBuilder appendQuoted(StringBuilder text, String string) {
    text.append('"');
    for (int at = 0; at < string.length(); at++) {
      char character = string.charAt(at);
      switch (character) {
        case '"', '\\' -> text.append('\\').append(character);
        case '\b' -> text.append("\\b");
        case '\f' -> text.append("\\f");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (character < ' ') {
            text.append(String.format("\\u%04X", (int) character));
          } else {
            text.append(character);
          }
        }
      }
    }
    return text.append('"');
  }
}

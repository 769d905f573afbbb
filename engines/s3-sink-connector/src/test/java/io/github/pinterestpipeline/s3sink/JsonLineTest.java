package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLineTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " {\t} ",
        "{\"b\":1,\"a\":2,\"b\":3}",
        "{\"a\": -0.10e+05, \"b\": 123456789012345678901234567890.1234567890123456789}",
        "{\"a\":\"\\ud800 lone, \\u0000 zero, \\/ slash, \\n break\"}",
        "{\"emoji 😀 עברית\":\"\u2028\u0085\u007f\"}",
        "{\"\":[true,false,null,[],{}]}",
      })
  void passesBytesThrough(String json) throws Exception {
    byte[] value = json.getBytes(StandardCharsets.UTF_8);
    assertArrayEquals(value, JsonLine.of(value));
  }

  @Test
  void takesLineBreaksOutAndNothingElse() throws Exception {
    byte[] value =
        "\r\n{\n\t\"a\" :\r 1,\n \"b\\n\":\n[\n1\n,2 ]\n}\n".getBytes(StandardCharsets.UTF_8);
    assertEquals(
        "{\t\"a\" : 1, \"b\\n\":[1,2 ]}", new String(JsonLine.of(value), StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "[]|not a JSON object but an array",
        "[{}]|an array",
        "\"{}\"|a string",
        "12|a number",
        "-0.5|a number",
        "true|a boolean",
        "null|not a JSON object but null",
        "^  ^|nothing but white space",
        "{|end-of-input",
        "{\"a\"|end-of-input",
        "{\"a\":|end-of-input",
        "{\"a\":1|end-of-input",
        "{\"a\":\"x|end-of-input",
        "{\"a\":[1}|Unexpected close marker",
        "{}{}|something follows",
        "{} {}|something follows",
        "{} 1|something follows",
        "{} x|Unrecognized token",
        "{}]|Unexpected close marker",
        "{,}|Unexpected character",
        "{\"a\":1,}|Unexpected character",
        "{\"a\" 1}|Unexpected character",
        "{\"a\":1 \"b\":2}|Unexpected character",
        "{\"a\":[1,]}|Unexpected character",
        "{\"a\":[,1]}|Unexpected character",
        "{\"a\":}|Unexpected character",
        "{a:1}|Unexpected character",
        "{'a':1}|Unexpected character",
        "{\"a\":'b'}|Unexpected character",
        "{\"a\":01}|Leading zeroes",
        "{\"a\":+1}|plus sign",
        "{\"a\":.5}|Unexpected character",
        "{\"a\":1.}|Decimal point not followed",
        "{\"a\":1e}|Exponent indicator not followed",
        "{\"a\":0x1}|Unexpected character",
        "{\"a\":NaN}|NaN",
        "{\"a\":Infinity}|Infinity",
        "{\"a\":-Infinity}|Infinity",
        "{\"a\":tru}|Unrecognized token",
        "{\"a\":truex}|Unrecognized token",
        "{\"a\":True}|Unrecognized token",
        "{\"a\":undefined}|Unrecognized token",
        "{\"a\":\"\\x\"}|escape",
        "{\"a\":\"\\u12G4\"}|hex-digit",
        "{\"a\\q\":1}|escape",
        "{\"a\":1}/* c */|Unexpected character",
        "{\"a\":1}//|Unexpected character",
        "{\"a\":1}#|Unexpected character",
        "Struct{a=1}|Unrecognized token",
      })
  void rejects(String value, String reason) {
    assertReason(value.getBytes(StandardCharsets.UTF_8), reason);
  }

  @Test
  void rejectsControlCharactersInStrings() {
    for (char c = 1; c < 0x20; c++) {
      assertReason(("{\"a\":\"" + c + "\"}").getBytes(StandardCharsets.UTF_8), "Illegal unquoted");
      assertReason(("{\"" + c + "\":1}").getBytes(StandardCharsets.UTF_8), "Illegal unquoted");
    }
  }

  @Test
  void rejectsTombstonesAndEmptyValues() {
    assertReason(null, "tombstone");
    assertReason(new byte[0], "empty");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE", "UTF-16"})
  void rejectsOtherEncodings(String charset) {
    assertThrows(
        InvalidValueException.class,
        () -> JsonLine.of("{\"a\":1}".getBytes(Charset.forName(charset))));
  }

  @ParameterizedTest
  @CsvSource({
    "efbbbf, byte order mark",
    "80, not UTF-8 at byte 0",
    "c0af, not UTF-8 at byte 0",
    "7b22c3, not UTF-8 at byte 2",
    "7b22c328227d, not UTF-8 at byte 2",
    "e08080, not UTF-8",
    "eda080, not UTF-8",
    "f0808080, not UTF-8",
    "f4908080, not UTF-8",
    "f8888080, not UTF-8",
    "e28228, not UTF-8",
    "7b7d00, zero byte at byte 2",
  })
  void rejectsWhatIsNoUtf8(String hex, String reason) {
    byte[] start = HexFormat.of().parseHex(hex);
    byte[] rest = "{}".getBytes(StandardCharsets.UTF_8);
    byte[] value = Arrays.copyOf(start, start.length + rest.length);
    System.arraycopy(rest, 0, value, start.length, rest.length);
    assertReason(value, reason);
  }

  @Test
  void boundsTheDepth() throws Exception {
    byte[] deepest = nested(JsonLine.MOST_NESTING);
    assertArrayEquals(deepest, JsonLine.of(deepest));
    String reason = "nested deeper than 500 levels";
    assertReason(nested(JsonLine.MOST_NESTING + 1), reason);
    assertReason("{\"a\":".repeat(1_000_000).getBytes(StandardCharsets.UTF_8), reason);
  }

  @Test
  void takesLongNamesNumbersAndManyKeys() throws Exception {
    StringBuilder json = new StringBuilder("{\"").append("n".repeat(200_000)).append("\":");
    json.append("9".repeat(5_000));
    for (int i = 0; i < 50_000; i++) {
      json.append(",\"k").append(i).append("\":").append(i);
    }
    byte[] value = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    assertArrayEquals(value, JsonLine.of(value));
  }

  private static byte[] nested(int depth) {
    return ("{\"a\":".repeat(depth - 1) + "{}" + "}".repeat(depth - 1))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void assertReason(byte[] value, String reason) {
    InvalidValueException e =
        assertThrows(InvalidValueException.class, () -> JsonLine.of(value), () -> show(value));
    assertTrue(e.getMessage().contains(reason), () -> show(value) + " gave: " + e.getMessage());
  }

  private static String show(byte[] value) {
    String text = value == null ? "null" : new String(value, StandardCharsets.UTF_8);
    return text.length() > 80 ? text.substring(0, 80) + "…" : text;
  }
}

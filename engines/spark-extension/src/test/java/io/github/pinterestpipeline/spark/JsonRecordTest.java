package io.github.pinterestpipeline.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRecordTest {
  private static String[] decode(String line) {
    return JsonRecord.decode(line, List.of("a", "b"));
  }

  private static String problem(String line) {
    String[] decoded = decode(line);
    assertArrayEquals(new String[] {decoded[0], null, null}, decoded);
    return decoded[0];
  }

  @Test
  void givesTheTextsOfTheKeys() {
    assertArrayEquals(
        new String[] {null, "x\n\"\u00e9\ud83d\ude00\0", "1.5"},
        decode("{\"a\":\"x\\n\\\"\\u00e9\\ud83d\\ude00\\u0000\",\"c\":[{\"b\":7}],\"b\":1.50}"));
    assertArrayEquals(new String[] {null, "true", null}, decode(" {\"a\" : true, \"b\":null }\t"));
    assertArrayEquals(new String[] {null, null, null}, decode("{}"));
  }

  @Test
  void ofDuplicateKeysTheLastCounts() {
    assertArrayEquals(
        new String[] {null, "2", null}, decode("{\"a\":1,\"b\":3,\"\\u0061\":2,\"b\":null}"));
  }

  @Test
  void ofAnObjectOrArrayThereIsNoMoreThanItsBracket() {
    assertArrayEquals(
        new String[] {null, "{", "["}, decode("{\"a\": {\"b\":[1]},\"c\":[[]],\"b\":[{\"a\":2}]}"));
  }

  @Test
  void boundsTheNestingAsTheWholePipelineDoes() throws IOException {
    String feeds = Files.readString(Path.of("../../services/contract/feeds.json"));
    assertTrue(feeds.contains("\"mostNesting\": " + JsonSyntax.MOST_NESTING + ","));

    String deepest = nested(JsonSyntax.MOST_NESTING);
    assertArrayEquals(new String[] {null, "[", null}, decode(deepest));
    assertEquals("nested deeper than 500 levels", problem(nested(JsonSyntax.MOST_NESTING + 1)));
    assertEquals("nested deeper than 500 levels", problem(nested(5000)));
    String texts = "{\"a\":\"" + "[".repeat(2000) + "\"}";
    assertArrayEquals(new String[] {null, "[".repeat(2000), null}, decode(texts));
    String wide = "{\"a\":[" + "[],".repeat(2000) + "[]]}";
    assertArrayEquals(new String[] {null, "[", null}, decode(wide));
    assertEquals("not a JSON object but an array", problem("[".repeat(600) + "]".repeat(600)));
    assertEquals("not JSON", problem("{\"a\":" + "[".repeat(600)));
  }

  private static String nested(int levels) {
    return "{\"a\":" + "[".repeat(levels - 1) + "]".repeat(levels - 1) + "}";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"a\":1} x",
        "{\"a\":1}{\"a\":2}",
        "\ufeff{}",
        "{,}",
        "{\"a\":01}",
        "{\"a\":.5}",
        "{\"a\":5.}",
        "{\"a\":+1}",
        "{'a':1}",
        "{a:1}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":1/**/}",
        "{\"a\":[1,,2]}",
        "{\"a\":infin}",
        "{\"a\":+Infinity}",
        "\u00a0{}",
        "nul"
      })
  void refusesWhatIsNotJson(String line) {
    assertEquals("not JSON", problem(line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":\"\\ud800\"}",
        "{\"c\":[\"\\udc00\\ud800\"]}",
        "{\"\\uDFFF\":1}",
        "{\"a\":\"\\ud83d\\ude00\""
      })
  void refusesHalvesOfSurrogatePairs(String line) {
    assertEquals("not JSON, or half of a surrogate pair", problem(line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":NaN}",
        "{\"a\":-inf}",
        "{\"a\":[nan,\"\\\"nan\"]}",
        "{\"a\":1,}",
        "{\"a\":[1, ] }"
      })
  void refusesWhatOtherReadersTake(String line) {
    assertEquals("not JSON: NaN, Infinity or a comma before a closing bracket", problem(line));
  }

  @ParameterizedTest
  @CsvSource({
    "[{}], an array",
    "\"x\", a string",
    "1.5, a number",
    "true, a boolean",
    "null, null",
    "-inf, a number",
    "'[NaN,]', an array"
  })
  void refusesOtherDocuments(String line, String kind) {
    assertEquals("not a JSON object but " + kind, problem(line));
  }

  @Test
  void saysTheKindOfAValue() {
    String line = "{\"a\":{\"b\":1},\"b\":[],\"c\":\"\",\"d\":1,\"e\":false,\"f\":null,\"d\":\"\"}";
    assertEquals("an object", JsonRecord.kindOf(line, "a"));
    assertEquals("an array", JsonRecord.kindOf(line, "b"));
    assertEquals("the string", JsonRecord.kindOf(line, "c"));
    assertEquals("the string", JsonRecord.kindOf(line, "d"));
    assertEquals("the boolean", JsonRecord.kindOf(line, "e"));
    assertEquals("null", JsonRecord.kindOf(line, "f"));
    assertNull(JsonRecord.kindOf(line, "g"));
  }
}

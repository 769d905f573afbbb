package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sink's result for the inputs of {@code test/catalogue}: a line, or a dead-letter record. */
class CatalogueTest {
  private static final Path PROJECT = Path.of("../..");

  @Test
  void theLimitOfNestingIsThePipelines() throws IOException {
    Map<?, ?> feeds = read(PROJECT.resolve("services/contract/feeds.json")).get(0);
    assertEquals(feeds.get("mostNesting"), JsonLine.MOST_NESTING);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("inputs")
  void makesALineOrADeadLetter(String name, Map<?, ?> input) throws Exception {
    byte[] record =
        input.containsKey("bytes")
            ? HexFormat.of().parseHex((String) input.get("bytes"))
            : joined(input.get("record")).getBytes(StandardCharsets.UTF_8);
    String reason = input.containsKey("reject") ? joined(input.get("reject")) : "";
    boolean isJson = !input.containsKey("door");
    String sink = (String) input.get("sink");
    // Values are tested elsewhere.
    boolean hasOwnReason = sink != null && !name.equals("null");
    boolean isDeadLetter =
        !isJson
            || hasOwnReason
            || reason.startsWith("not a JSON object")
            || reason.startsWith("nested deeper");
    if (!isDeadLetter) {
      String line = new String(record, StandardCharsets.UTF_8).replaceAll("[\r\n]", "");
      assertArrayEquals(line.getBytes(StandardCharsets.UTF_8), JsonLine.of(record));
      return;
    }
    InvalidValueException e =
        assertThrows(InvalidValueException.class, () -> JsonLine.of(record), name);
    // For invalid JSON each reader has its own message.
    String expected = hasOwnReason ? sink : isJson ? reason : e.getMessage();
    assertEquals(expected, e.getMessage());
  }

  @Test
  void aRecordWithoutAValueIsATombstone() throws IOException {
    InvalidValueException e =
        assertThrows(InvalidValueException.class, () -> JsonLine.of(null), "null");
    assertTrue(
        inputs().anyMatch(input -> e.getMessage().equals(((Map<?, ?>) input[1]).get("sink"))));
  }

  static Stream<Object[]> inputs() throws IOException {
    return read(PROJECT.resolve("test/catalogue/inputs.jsonl")).stream()
        .map(input -> new Object[] {input.get("name"), input});
  }

  private static String joined(Object text) {
    if (!(text instanceof List<?> parts)) {
      return (String) text;
    }
    StringBuilder joined = new StringBuilder();
    for (Object part : parts) {
      if (part instanceof Map<?, ?> repeated) {
        joined.append(((String) repeated.get("repeat")).repeat((int) repeated.get("times")));
      } else {
        joined.append(part);
      }
    }
    return joined.toString();
  }

  /** The objects of a file of JSON or JSON Lines. */
  private static List<Map<?, ?>> read(Path file) throws IOException {
    try (MappingIterator<Map<?, ?>> values =
        new ObjectMapper().readerFor(Map.class).readValues(file.toFile())) {
      return values.readAll();
    }
  }
}

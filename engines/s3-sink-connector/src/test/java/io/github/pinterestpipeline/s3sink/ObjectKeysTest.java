package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectKeysTest {
  private static final TopicPartition PIN_3 = new TopicPartition("pinterest.pin", 3);
  private final ObjectKeys keys = new ObjectKeys("topics");

  @Test
  void pads() {
    assertEquals(
        "topics/pinterest.pin/partition=3/pinterest.pin+3+00000000000000000042.json",
        keys.key(PIN_3, 42));
  }

  @Test
  void namesSortAsOffsetsDoAndGiveThemBack() {
    Random random = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      long a = random.nextLong() >>> (1 + random.nextInt(63));
      long b = random.nextLong() >>> (1 + random.nextInt(63));
      assertEquals(
          Long.signum(Long.compare(a, b)),
          Integer.signum(keys.key(PIN_3, a).compareTo(keys.key(PIN_3, b))));
      assertEquals(OptionalLong.of(a), keys.startOffset(PIN_3, keys.key(PIN_3, a)));
    }
    assertTrue(keys.key(PIN_3, Long.MAX_VALUE).contains("+0" + Long.MAX_VALUE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "topics/pinterest.pin/partition=3/pinterest.pin+3+0000000000000000042.json",
        "topics/pinterest.pin/partition=3/pinterest.pin+3+000000000000000000042.json",
        "topics/pinterest.pin/partition=3/pinterest.pin+3+00000000000000000042.json.gz",
        "topics/pinterest.pin/partition=3/pinterest.pin+3+00000000000000000042.avro",
        "topics/pinterest.pin/partition=3/pinterest.pin+3+-0000000000000000042.json",
        "topics/pinterest.pin/partition=3/pinterest.pin+3+99999999999999999999.json",
        "topics/pinterest.pin/partition=30/pinterest.pin+3+00000000000000000042.json",
      })
  void ignoresForeignNames(String key) {
    assertEquals(OptionalLong.empty(), keys.startOffset(PIN_3, key));
  }
}

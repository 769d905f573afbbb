package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ObjectBufferTest {
  private final ObjectBuffer buffer = new ObjectBuffer(1_000);

  private void add(long offset, String line) {
    buffer.add(offset, line.getBytes(StandardCharsets.UTF_8), offset);
  }

  private String text() {
    return new String(buffer.content(), 0, buffer.size(), StandardCharsets.UTF_8);
  }

  @Test
  void endsEveryLine() {
    add(5, "{}");
    add(7, "{\"a\":1}");
    assertEquals("{}\n{\"a\":1}\n", text());
    assertEquals(2, buffer.count());
    assertEquals(5, buffer.firstOffset());
    assertEquals(5, buffer.startedAt());
  }

  @Test
  void dropsAPrefixAndGoesOn() {
    for (int i = 0; i < 200; i++) {
      add(i * 2L, "{\"i\":" + i + "}");
    }
    assertEquals(0, buffer.dropThrough(-1));
    assertEquals(100, buffer.dropThrough(199));
    assertEquals(200, buffer.firstOffset());
    assertEquals(50, buffer.dropThrough(298));
    add(400, "{\"i\":200}");
    assertEquals(51, buffer.count());
    assertTrue(text().startsWith("{\"i\":150}\n{\"i\":151}\n"));
    assertTrue(text().endsWith("{\"i\":199}\n{\"i\":200}\n"));
    assertEquals(51, buffer.dropThrough(400));
    assertTrue(buffer.isEmpty());
    assertEquals(0, buffer.size());
  }

  @Test
  void growsPastItsUsualCapacityOnlyAsFarAsALineNeeds() {
    add(0, "x".repeat(900));
    assertEquals(1_000, buffer.content().length);
    add(1, "y".repeat(5_000));
    assertEquals(901 + 5_001, buffer.content().length);
  }
}

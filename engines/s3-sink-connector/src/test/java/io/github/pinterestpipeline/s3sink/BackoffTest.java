package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void doublesUpToHalfAMinuteAndResets() {
    Backoff backoff = new Backoff(1_000, () -> 0.5);
    long[] expected = {1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000};
    for (long pause : expected) {
      assertEquals(pause, backoff.next());
    }
    for (int i = 0; i < 100; i++) {
      assertEquals(30_000, backoff.next());
    }
    backoff.reset();
    assertEquals(1_000, backoff.next());
  }

  @Test
  void spreads() {
    assertEquals(750, new Backoff(1_000, () -> 0).next());
    assertEquals(1_250, new Backoff(1_000, () -> 1).next());
    assertEquals(1, new Backoff(1, () -> 0).next());
  }

  @Test
  void keepsAPauseLongerThanTheLongest() {
    Backoff backoff = new Backoff(300_000, () -> 0.5);
    assertEquals(300_000, backoff.next());
    assertEquals(300_000, backoff.next());
  }
}

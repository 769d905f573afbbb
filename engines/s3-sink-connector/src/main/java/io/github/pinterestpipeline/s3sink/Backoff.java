package io.github.pinterestpipeline.s3sink;

import java.util.function.DoubleSupplier;

/**
 * Exponential back-off: each pause is about twice the one before, up to 30 s (or the first pause,
 * if longer), with jitter of a quarter either way.
 */
final class Backoff {
  private static final long LONGEST_MS = 30_000;
  private static final int MAX_DOUBLINGS = 20;

  private final long firstMs;
  private final DoubleSupplier random;
  private int failures;

  /**
   * @param firstMs the first pause in milliseconds
   * @param random numbers from 0 to below 1
   */
  Backoff(long firstMs, DoubleSupplier random) {
    this.firstMs = firstMs;
    this.random = random;
  }

  /** The next pause in milliseconds. */
  long next() {
    long longest = Math.max(firstMs, LONGEST_MS);
    long doubled = firstMs << Math.min(failures, MAX_DOUBLINGS);
    long pause = doubled < firstMs ? longest : Math.min(longest, doubled);
    failures++;
    return Math.max(1, Math.round(pause * (0.75 + 0.5 * random.getAsDouble())));
  }

  /** Resets to the first pause after a success. */
  void reset() {
    failures = 0;
  }
}

package io.github.pinterestpipeline.s3sink;

import java.util.Arrays;

/** The buffered lines of one partition's next object, with the offset of each. */
final class ObjectBuffer {
  private static final int FIRST_CAPACITY = 16 * 1024;

  private final int usualCapacity;
  private byte[] content = {};
  private int size;
  private long[] offsets = {};
  private int[] ends = {};
  private int count;
  private long startedAt;

  /**
   * @param usualCapacity bytes beyond which the array grows only as far as a line needs
   */
  ObjectBuffer(int usualCapacity) {
    this.usualCapacity = usualCapacity;
  }

  /**
   * Adds a line with its end.
   *
   * @param offset greater than every offset added before
   * @param nowMs the current time, kept for the first line
   */
  void add(long offset, byte[] line, long nowMs) {
    if (count == 0) {
      startedAt = nowMs;
    }
    ensureContent(size + line.length + 1);
    System.arraycopy(line, 0, content, size, line.length);
    size += line.length;
    content[size++] = '\n';
    if (count == offsets.length) {
      int capacity = Math.max(64, count * 2);
      offsets = Arrays.copyOf(offsets, capacity);
      ends = Arrays.copyOf(ends, capacity);
    }
    offsets[count] = offset;
    ends[count] = size;
    count++;
  }

  private void ensureContent(int needed) {
    if (needed > content.length) {
      int doubled = Math.min(Math.max(FIRST_CAPACITY, content.length * 2), usualCapacity);
      content = Arrays.copyOf(content, Math.max(needed, doubled));
    }
  }

  /**
   * Drops the lines up to and including this offset.
   *
   * @return how many were dropped
   */
  int dropThrough(long lastOffset) {
    int dropped = 0;
    while (dropped < count && offsets[dropped] <= lastOffset) {
      dropped++;
    }
    if (dropped == count) {
      clear();
    } else if (dropped > 0) {
      int bytes = ends[dropped - 1];
      content = Arrays.copyOfRange(content, bytes, size);
      size -= bytes;
      offsets = Arrays.copyOfRange(offsets, dropped, count);
      ends = Arrays.copyOfRange(ends, dropped, count);
      count -= dropped;
      for (int i = 0; i < count; i++) {
        ends[i] -= bytes;
      }
    }
    return dropped;
  }

  /** Drops all lines and releases the memory. */
  void clear() {
    content = new byte[0];
    offsets = new long[0];
    ends = new int[0];
    size = 0;
    count = 0;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** The number of lines. */
  int count() {
    return count;
  }

  /** The number of bytes, line ends included. */
  int size() {
    return size;
  }

  /** The array whose first {@link #size()} bytes are the lines. */
  byte[] content() {
    return content;
  }

  /** The offset of the first line; only if there is one. */
  long firstOffset() {
    return offsets[0];
  }

  /** When the first line was added; only if there is one. */
  long startedAt() {
    return startedAt;
  }
}

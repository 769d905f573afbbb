package io.github.pinterestpipeline.s3sink;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * Writes one partition's records to its chain of objects. How that stays exactly-once is described
 * in docs/adr/0002-s3-sink-exactly-once.md.
 */
final class PartitionWriter {
  private static final long UNKNOWN = -1;
  private static final int MAX_CONFLICTS = 3;

  private final TopicPartition partition;
  private final WriterSettings settings;
  private final ObjectStore store;
  private final ObjectKeys keys;
  private final ObjectChain chain;
  private final DeadLetters deadLetters;
  private final SinkMetrics metrics;
  private final ObjectBuffer buffer;

  /** The next offset expected from the framework; UNKNOWN until the first record. */
  private long consumed = UNKNOWN;

  /** The timestamp of the record before {@link #consumed}. */
  private long consumedTimestamp = UNKNOWN;

  /** Everything below this offset is in S3 or in the dead-letter topic. */
  private long stored;

  /** The last object found in S3; null if none. */
  private StoredObject found;

  PartitionWriter(
      TopicPartition partition,
      WriterSettings settings,
      ObjectStore store,
      DeadLetters deadLetters,
      SinkMetrics metrics) {
    this.partition = partition;
    this.settings = settings;
    this.store = store;
    this.keys = new ObjectKeys(settings.topicsDir());
    this.chain = new ObjectChain(store, keys, settings.flushRecords());
    this.deadLetters = deadLetters;
    this.metrics = metrics;
    this.buffer = new ObjectBuffer(settings.flushBytes());
  }

  /**
   * Processes a record: buffers it, reports it as a dead-letter record, or skips it because it was
   * processed before. May upload the buffer first to make room.
   *
   * @param redelivery whether the framework redelivers the batch after a RetriableException
   * @throws ConnectException if the partition is not the one whose records S3 has
   */
  void accept(SinkRecord record, boolean redelivery, long nowMs) {
    long offset = record.originalKafkaOffset();
    if (consumed == UNKNOWN) {
      recover(offset);
    }
    if (offset < consumed) {
      if (redelivery) {
        return;
      }
      throw unexpected(offset, "came after offset " + (consumed - 1) + " had been reached");
    }
    take(record, offset, nowMs);
    consumed = offset + 1;
    consumedTimestamp = timestamp(record);
  }

  private void recover(long offset) {
    Optional<StoredObject> newest = chain.newest(partition, offset);
    found = newest.orElse(null);
    stored = newest.map(object -> Math.max(offset, object.lastOffset() + 1)).orElse(offset);
    consumed = offset;
  }

  private void take(SinkRecord record, long offset, long nowMs) {
    if (!buffer.isEmpty() && offset - buffer.firstOffset() >= settings.flushRecords()) {
      upload();
    }
    if (isStored(record, offset)) {
      return;
    }
    byte[] line;
    try {
      line = JsonLine.of(value(record));
    } catch (InvalidValueException e) {
      deadLetters.report(record, e);
      metrics.rejected();
      return;
    }
    if (!buffer.isEmpty() && (long) buffer.size() + line.length + 1 > settings.flushBytes()) {
      upload();
      if (isStored(record, offset)) {
        return;
      }
    }
    buffer.add(offset, line, nowMs);
  }

  private boolean isStored(SinkRecord record, long offset) {
    if (offset >= stored) {
      return false;
    }
    if (offset == found.lastOffset() && timestamp(record) != found.lastTimestamp()) {
      throw unexpected(
          offset,
          String.format(
              "has the timestamp %d, but the one stored under that offset has %d",
              timestamp(record), found.lastTimestamp()));
    }
    metrics.skipped(1);
    return true;
  }

  /**
   * Writes the buffer as one object; if its key exists, adopts the stored object and writes the
   * rest.
   *
   * @throws RetriableException for transient errors; the buffer is kept
   */
  void upload() {
    for (int conflicts = 0; !buffer.isEmpty(); conflicts++) {
      if (conflicts == MAX_CONFLICTS) {
        throw new RetriableException(
            "Other writers created the next object of " + partition + " three times in a row.");
      }
      deadLetters.await();
      long started = System.nanoTime();
      ObjectStore.PutResult result =
          store.putIfAbsent(
              keys.key(partition, buffer.firstOffset()),
              buffer.content(),
              buffer.size(),
              StoredObject.metadata(consumed - 1, consumedTimestamp, buffer.count()));
      if (result == ObjectStore.PutResult.CREATED) {
        metrics.written(buffer.count(), buffer.size(), System.nanoTime() - started);
        stored = consumed;
        buffer.clear();
      } else {
        metrics.conflict();
        adopt();
      }
    }
  }

  /** Another writer, or an own attempt whose response was lost, wrote under our next key. */
  private void adopt() {
    chain
        .newest(partition, buffer.firstOffset())
        .filter(object -> object.lastOffset() >= buffer.firstOffset())
        .ifPresent(
            object -> {
              found = object;
              stored = object.lastOffset() + 1;
              metrics.skipped(buffer.dropThrough(object.lastOffset()));
            });
  }

  /** Whether the buffer must be uploaded now, by count, size or age. */
  boolean isDue(long nowMs) {
    return !buffer.isEmpty()
        && (buffer.count() >= settings.flushRecords()
            || buffer.size() >= settings.flushBytes()
            || remainingMs(nowMs).orElse(1) <= 0);
  }

  /** How long until the buffer's age is reached; empty if nothing is buffered. */
  OptionalLong remainingMs(long nowMs) {
    return buffer.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(buffer.startedAt() + settings.flushIntervalMs() - nowMs);
  }

  /**
   * Where the framework must continue reading because S3 is ahead of it: at the last stored record,
   * whose timestamp proves that the topic is still the same one. Call only after a whole batch was
   * processed; from then on, records below are an error.
   */
  OptionalLong seekTarget() {
    if (!isBehind()) {
      return OptionalLong.empty();
    }
    consumed = found.lastOffset();
    return OptionalLong.of(consumed);
  }

  private boolean isBehind() {
    return found != null && consumed != UNKNOWN && consumed <= found.lastOffset();
  }

  /**
   * The offset that may be committed.
   *
   * @param delivered the offset up to which the framework has delivered
   * @return empty while it is not yet proven that S3 has this topic's records
   */
  OptionalLong committable(long delivered) {
    if (isBehind()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(
        buffer.isEmpty() ? delivered : Math.min(delivered, buffer.firstOffset()));
  }

  /** The offset below which everything is in S3 or in the dead-letter topic. */
  long stored() {
    return stored;
  }

  int bufferedBytes() {
    return buffer.size();
  }

  int bufferedRecords() {
    return buffer.count();
  }

  private static long timestamp(SinkRecord record) {
    return record.timestamp() == null ? -1 : record.timestamp();
  }

  private static byte[] value(SinkRecord record) {
    Object value = record.value();
    if (value == null || value instanceof byte[]) {
      return (byte[]) value;
    }
    if (value instanceof ByteBuffer) {
      ByteBuffer view = ((ByteBuffer) value).duplicate();
      byte[] bytes = new byte[view.remaining()];
      view.get(bytes);
      return bytes;
    }
    throw new ConnectException(
        String.format(
            "The value of a record of %s is a %s: expected bytes. Set value.converter to"
                + " org.apache.kafka.connect.converters.ByteArrayConverter.",
            record.topic(), value.getClass().getName()));
  }

  private ConnectException unexpected(long offset, String what) {
    String prefix = keys.prefix(partition);
    return new ConnectException(
        String.format(
            "The record at offset %d of %s %s. S3 holds this partition's records up to offset %d"
                + " (%s…), so the topic was deleted and recreated, or truncated, under a name that"
                + " already has objects. No record was lost. Move those objects away or set"
                + " another topics.dir, reset the connector's offsets, then restart it.",
            offset, partition, what, stored - 1, prefix));
  }
}

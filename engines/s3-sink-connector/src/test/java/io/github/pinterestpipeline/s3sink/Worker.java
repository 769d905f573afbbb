package io.github.pinterestpipeline.s3sink;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;

/**
 * Drives a SinkWriter over one partition in the order of Kafka Connect's WorkerSinkTask: commit if
 * asked, rewind, poll unless a batch waits for redelivery, put. Committed offsets outlive it.
 */
final class Worker implements SinkTaskContext {
  static final TopicPartition PARTITION = new TopicPartition("orders", 0);

  /** The partition's log and its committed offset, which outlive a worker. */
  static final class Log {
    final List<String> values = new ArrayList<>();
    final List<String> deadLetters = new ArrayList<>();
    long committed;
    long firstTimestamp = 1_000;

    void append(String... added) {
      values.addAll(Arrays.asList(added));
    }

    SinkRecord record(long offset) {
      String value = values.get((int) offset);
      return new SinkRecord(
          PARTITION.topic(),
          PARTITION.partition(),
          null,
          null,
          null,
          value == null ? null : value.getBytes(StandardCharsets.UTF_8),
          offset,
          firstTimestamp + offset,
          TimestampType.CREATE_TIME);
    }
  }

  final Log log;
  final SinkWriter writer;
  final SinkMetrics metrics = new SinkMetrics();
  long nowMs;
  long timeoutMs = -1;
  boolean commitRequested;
  Future<Void> deadLetterFuture = CompletableFuture.completedFuture(null);

  private final Map<TopicPartition, Long> rewinds = new HashMap<>();
  private List<SinkRecord> batch = List.of();
  private long position;
  private long delivered;

  /** Whether the batch moves {@link #delivered}: not one that was kept over a rebalance. */
  private boolean deliveredByBatch = true;

  Worker(WriterSettings settings, ObjectStore store, Log log) {
    this.log = log;
    position = log.committed;
    delivered = log.committed;
    ErrantRecordReporter reporter =
        (record, error) -> {
          log.deadLetters.add(record.kafkaOffset() + ": " + error.getMessage());
          return deadLetterFuture;
        };
    writer =
        new SinkWriter(
            settings,
            store,
            this,
            () -> new DeadLetters(reporter, new ProduceFailures("sink", "0", "dead")),
            metrics,
            () -> nowMs,
            new Backoff(settings.retryBackoffMs(), () -> 0.5));
    writer.open(List.of(PARTITION));
  }

  /**
   * One iteration of the framework's loop.
   *
   * @param maxRecords maximum records of a poll
   * @return whether the batch was accepted
   */
  boolean turn(int maxRecords) {
    if (commitRequested) {
      commit();
    }
    Long rewind = rewinds.remove(PARTITION);
    if (rewind != null) {
      // Out of range: the consumer goes back to the earliest record.
      position = rewind > log.values.size() ? 0 : rewind;
      delivered = rewind;
    }
    if (batch.isEmpty()) {
      batch = new ArrayList<>();
      while (position < log.values.size() && batch.size() < maxRecords) {
        batch.add(log.record(position++));
      }
    }
    try {
      writer.put(new ArrayList<>(batch));
    } catch (RetriableException e) {
      return false;
    }
    if (!batch.isEmpty() && deliveredByBatch) {
      delivered = batch.get(batch.size() - 1).kafkaOffset() + 1;
    }
    deliveredByBatch = true;
    batch = List.of();
    return true;
  }

  /**
   * Revokes the partition and assigns it again, as a rebalance does. A batch awaiting redelivery is
   * kept, as the framework does when a transformation has renamed its topic.
   */
  void reassign() {
    commit();
    writer.close(List.of(PARTITION));
    position = log.committed;
    delivered = log.committed;
    writer.open(List.of(PARTITION));
    deliveredByBatch = false;
  }

  /** Drops the batch awaiting redelivery, as the framework does for a revoked partition. */
  void dropBatch() {
    batch = List.of();
    deliveredByBatch = true;
  }

  void commit() {
    commitRequested = false;
    OffsetAndMetadata offset =
        writer.committable(Map.of(PARTITION, new OffsetAndMetadata(delivered))).get(PARTITION);
    if (offset != null) {
      if (offset.offset() > delivered) {
        throw new AssertionError("committed " + offset.offset() + ", delivered " + delivered);
      }
      log.committed = Math.max(log.committed, offset.offset());
    }
  }

  long position() {
    return position;
  }

  @Override
  public Map<String, String> configs() {
    return Map.of();
  }

  @Override
  public void offset(Map<TopicPartition, Long> offsets) {
    rewinds.putAll(offsets);
  }

  @Override
  public void offset(TopicPartition partition, long offset) {
    rewinds.put(partition, offset);
  }

  @Override
  public void timeout(long ms) {
    timeoutMs = ms;
  }

  @Override
  public Set<TopicPartition> assignment() {
    return Set.of(PARTITION);
  }

  @Override
  public void pause(TopicPartition... partitions) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void resume(TopicPartition... partitions) {
    throw new UnsupportedOperationException();
  }

  @Override
  public PluginMetrics pluginMetrics() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void requestCommit() {
    commitRequested = true;
  }

  static List<String> lines(Collection<InMemoryStore.Stored> objects) {
    List<String> lines = new ArrayList<>();
    for (InMemoryStore.Stored object : objects) {
      if (!object.text().endsWith("\n")) {
        throw new AssertionError("The last line is not ended: " + object.text());
      }
      lines.addAll(object.text().lines().toList());
    }
    return lines;
  }
}

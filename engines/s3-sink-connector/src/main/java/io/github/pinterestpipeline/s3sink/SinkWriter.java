package io.github.pinterestpipeline.s3sink;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;

/** Writes the records of a task's partitions, and limits the total size of their buffers. */
final class SinkWriter {
  private final WriterSettings settings;
  private final ObjectStore store;
  private final SinkTaskContext context;
  private final Supplier<DeadLetters> deadLetters;
  private final SinkMetrics metrics;
  private final LongSupplier clockMs;
  private final Backoff backoff;
  private final Map<TopicPartition, PartitionWriter> writers = new HashMap<>();
  private long bufferedBytes;

  /** The batch that the framework will redeliver, in part or whole; empty after a success. */
  private Collection<SinkRecord> failed = List.of();

  /** The partitions opened since that batch was first delivered. */
  private final Set<TopicPartition> openedSince = new HashSet<>();

  private boolean commitWanted;

  /**
   * @param deadLetters creates the dead-letter reporter of a partition
   * @param clockMs a monotonic clock in milliseconds
   */
  SinkWriter(
      WriterSettings settings,
      ObjectStore store,
      SinkTaskContext context,
      Supplier<DeadLetters> deadLetters,
      SinkMetrics metrics,
      LongSupplier clockMs,
      Backoff backoff) {
    this.settings = settings;
    this.store = store;
    this.context = context;
    this.deadLetters = deadLetters;
    this.metrics = metrics;
    this.clockMs = clockMs;
    this.backoff = backoff;
  }

  /** Partitions are assigned to this task; their state in S3 is looked up at the first record. */
  void open(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      writers.put(
          partition, new PartitionWriter(partition, settings, store, deadLetters.get(), metrics));
    }
    openedSince.addAll(partitions);
    account();
  }

  /**
   * Partitions are revoked. Their buffers are dropped, not uploaded: the next owner reads the same
   * records again from the last stored offset, and S3 does not delay the rebalance.
   */
  void close(Collection<TopicPartition> partitions) {
    writers.keySet().removeAll(partitions);
    account();
  }

  /**
   * Processes a batch and uploads what is due.
   *
   * @throws RetriableException for transient errors of S3; the framework redelivers the batch
   */
  void put(Collection<SinkRecord> records) {
    boolean redelivery = isRedelivery(records);
    if (!redelivery) {
      openedSince.clear();
    }
    try {
      for (SinkRecord record : records) {
        accept(record, redelivery);
      }
      uploadDue();
    } catch (RetriableException e) {
      failed = records;
      context.timeout(backoff.next());
      throw e;
    } finally {
      account();
    }
    failed = List.of();
    backoff.reset();
    seekWhereBehind();
    if (commitWanted) {
      commitWanted = false;
      context.requestCommit();
    }
    wakeInTime();
  }

  /**
   * Whether these are records of the failed batch. A batch is either redelivered, as the same
   * objects, or new: after a rebalance it may be new although the one before failed.
   */
  private boolean isRedelivery(Collection<SinkRecord> records) {
    return records.stream().limit(1).anyMatch(first -> failed.stream().anyMatch(r -> r == first));
  }

  private void accept(SinkRecord record, boolean redelivery) {
    TopicPartition partition =
        new TopicPartition(record.originalTopic(), record.originalKafkaPartition());
    PartitionWriter writer = writers.get(partition);
    // A batch redelivered after its partition was revoked (and maybe assigned again): the next
    // owner reads the record again, in order after those buffered before it. The framework drops
    // such records itself, unless a transformation has renamed their topic.
    if (writer == null || (redelivery && openedSince.contains(partition))) {
      return;
    }
    long length = record.value() instanceof byte[] bytes ? bytes.length + 1 : 0;
    while (bufferedBytes > 0 && bufferedBytes + length > settings.bufferMaxBytes()) {
      upload(largest());
    }
    tracking(writer, () -> writer.accept(record, redelivery, clockMs.getAsLong()));
  }

  private void uploadDue() {
    for (PartitionWriter writer : writers.values()) {
      if (writer.isDue(clockMs.getAsLong())) {
        upload(writer);
      }
    }
  }

  private void upload(PartitionWriter writer) {
    tracking(writer, writer::upload);
  }

  private void tracking(PartitionWriter writer, Runnable action) {
    int bytesBefore = writer.bufferedBytes();
    long storedBefore = writer.stored();
    try {
      action.run();
    } finally {
      bufferedBytes += writer.bufferedBytes() - bytesBefore;
      commitWanted |= writer.stored() > storedBefore;
    }
  }

  private PartitionWriter largest() {
    return writers.values().stream()
        .max(Comparator.comparingInt(PartitionWriter::bufferedBytes))
        .orElseThrow();
  }

  private void seekWhereBehind() {
    writers.forEach(
        (partition, writer) ->
            writer.seekTarget().ifPresent(offset -> context.offset(partition, offset)));
  }

  private void wakeInTime() {
    long now = clockMs.getAsLong();
    writers.values().stream()
        .flatMapToLong(writer -> writer.remainingMs(now).stream())
        .min()
        .ifPresent(remaining -> context.timeout(Math.max(1, remaining)));
  }

  /**
   * The offsets that may be committed: those below which everything is stored or in the dead-letter
   * topic.
   *
   * @param delivered up to where the framework has delivered each partition
   */
  Map<TopicPartition, OffsetAndMetadata> committable(
      Map<TopicPartition, OffsetAndMetadata> delivered) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    delivered.forEach(
        (partition, offset) -> {
          PartitionWriter writer = writers.get(partition);
          if (writer != null) {
            writer
                .committable(offset.offset())
                .ifPresent(value -> offsets.put(partition, new OffsetAndMetadata(value)));
          }
        });
    return offsets;
  }

  private void account() {
    bufferedBytes = writers.values().stream().mapToLong(PartitionWriter::bufferedBytes).sum();
    metrics.buffered(
        writers.values().stream().mapToLong(PartitionWriter::bufferedRecords).sum(), bufferedBytes);
  }
}

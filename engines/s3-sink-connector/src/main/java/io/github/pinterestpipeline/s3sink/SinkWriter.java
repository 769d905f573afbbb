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

/** Writes the records of all partitions of a task; keeps their buffers within one bound. */
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

  /** The batch that the framework will give again, in part or whole; empty after one was taken. */
  private Collection<SinkRecord> failed = List.of();

  /** The partitions opened since that batch was first given. */
  private final Set<TopicPartition> openedSince = new HashSet<>();

  private boolean commitWanted;

  /**
   * @param deadLetters makes the dead letters of a partition
   * @param clockMs a clock that never goes back, in milliseconds
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

  /**
   * Partitions are assigned to this task; what S3 holds of them is looked up at their first record.
   */
  void open(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      writers.put(
          partition, new PartitionWriter(partition, settings, store, deadLetters.get(), metrics));
    }
    openedSince.addAll(partitions);
    account();
  }

  /**
   * Partitions go to another task. Their buffers are dropped, not uploaded: the next owner reads
   * the same records again from the last stored offset, and a rebalance is not held up by S3.
   */
  void close(Collection<TopicPartition> partitions) {
    writers.keySet().removeAll(partitions);
    account();
  }

  /**
   * Takes a batch and uploads what is due.
   *
   * @throws RetriableException if S3 may answer later; the framework gives the batch again
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
   * Whether these are records of the batch that failed. A batch is either given again, as the very
   * same objects, or new: after a rebalance it may be new although the one before failed.
   */
  private boolean isRedelivery(Collection<SinkRecord> records) {
    return records.stream().limit(1).anyMatch(first -> failed.stream().anyMatch(r -> r == first));
  }

  private void accept(SinkRecord record, boolean redelivery) {
    TopicPartition partition =
        new TopicPartition(record.originalTopic(), record.originalKafkaPartition());
    PartitionWriter writer = writers.get(partition);
    // A batch given again after its partition was taken away, or taken away and given back: its
    // next owner reads the record again, in its place after those that were buffered before it. The
    // framework drops such records itself, unless a transformation has renamed their topic.
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
   * The offsets that may be committed: those below which everything is stored or among the dead
   * letters.
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

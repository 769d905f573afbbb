package io.github.pinterestpipeline.s3sink;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;

/** The dead letters of one partition, and which of them are still on their way. */
final class DeadLetters {
  /** After so many reports the sink waits until they have arrived, to bound the list. */
  private static final int MAX_PENDING = 500;

  private static final long TIMEOUT_S = 30;

  private final ErrantRecordReporter reporter;
  private final List<Future<Void>> pending = new ArrayList<>();

  /**
   * @param reporter null if the connector has no dead-letter topic
   */
  DeadLetters(ErrantRecordReporter reporter) {
    this.reporter = reporter;
  }

  /**
   * Hands a record over.
   *
   * @throws ConnectException if there is nowhere to hand it to, or errors are not tolerated
   */
  void report(SinkRecord record, InvalidValueException reason) {
    if (reporter == null) {
      throw new ConnectException(
          String.format(
              "The record at offset %d of %s-%d cannot be stored, and no dead-letter topic is"
                  + " configured. %s. Set errors.tolerance=all and"
                  + " errors.deadletterqueue.topic.name, then restart the connector.",
              record.originalKafkaOffset(),
              record.originalTopic(),
              record.originalKafkaPartition(),
              reason.getMessage()),
          reason);
    }
    if (pending.size() >= MAX_PENDING) {
      await();
    }
    pending.add(reporter.report(record, reason));
  }

  /**
   * Waits until every record handed over is in the dead-letter topic. The framework does so before
   * it commits offsets; the sink must before it writes an object, because an object answers for the
   * dead letters in its range.
   *
   * @throws RetriableException if that takes over 30 s
   * @throws ConnectException if it failed
   */
  void await() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
    for (Future<Void> report : pending) {
      try {
        report.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        throw new RetriableException(
            "The dead-letter topic did not take a record within " + TIMEOUT_S + " s.", e);
      } catch (ExecutionException e) {
        throw new ConnectException(
            "The dead-letter topic did not take a record: " + e.getCause().getMessage(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RetriableException("Interrupted while waiting for the dead-letter topic.", e);
      }
    }
    pending.clear();
  }
}

package io.github.pinterestpipeline.s3sink;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;

/** Reports one partition's dead-letter records, and waits for those still in flight. */
final class DeadLetters {
  /** Maximum reports in flight, to bound the list. */
  private static final int MAX_PENDING = 500;

  private static final long TIMEOUT_S = 30;

  private final ErrantRecordReporter reporter;
  private final ProduceFailures failures;
  private final List<Future<Void>> pending = new ArrayList<>();

  /**
   * @param reporter null if the connector has no dead-letter topic
   * @param failures counts dead-letter records that the producer refused at once
   */
  DeadLetters(ErrantRecordReporter reporter, ProduceFailures failures) {
    this.reporter = reporter;
    this.failures = failures;
  }

  /**
   * Reports a record to the dead-letter topic.
   *
   * @throws ConnectException if there is no dead-letter topic, errors are not tolerated, or the
   *     producer refused the record at once
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
    OptionalDouble before = failures.count();
    Future<Void> report = reporter.report(record, reason);
    OptionalDouble after = failures.count();
    if (before.isEmpty() || after.isEmpty()) {
      if (report.isDone()) {
        failures.warnUnknown();
      }
    } else if (after.getAsDouble() > before.getAsDouble()) {
      throw refused(record, reason);
    }
    pending.add(report);
  }

  private ConnectException refused(SinkRecord record, InvalidValueException reason) {
    return new ConnectException(
        String.format(
            "The record at offset %d of %s-%d cannot be stored, and the worker's producer"
                + " refused its dead-letter record for %s. %s. The worker's log has the cause"
                + " after \"Could not produce message to dead letter queue\". No offset from this"
                + " record on was committed. Check that the topic exists, that the connector may"
                + " write to it, and that the topic's max.message.bytes and the connector's"
                + " producer.override.max.request.size leave room for the record and its headers,"
                + " then restart the task: it reads the record again.",
            record.originalKafkaOffset(),
            record.originalTopic(),
            record.originalKafkaPartition(),
            failures.topic(),
            reason.getMessage()),
        reason);
  }

  /**
   * Waits until every report has been acknowledged. The framework does so before it commits
   * offsets; the sink must before it writes an object, whose range includes the reported records.
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
            "The dead-letter topic did not acknowledge a record within " + TIMEOUT_S + " s.", e);
      } catch (ExecutionException e) {
        throw new ConnectException(
            "The dead-letter topic did not acknowledge a record: " + e.getCause().getMessage(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RetriableException("Interrupted while waiting for the dead-letter topic.", e);
      }
    }
    pending.clear();
  }
}

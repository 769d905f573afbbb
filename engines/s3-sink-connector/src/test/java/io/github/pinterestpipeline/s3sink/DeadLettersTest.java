package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.metrics.JmxReporter;
import org.apache.kafka.common.metrics.KafkaMetricsContext;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.metrics.stats.CumulativeSum;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

/**
 * The worker's handling of a dead-letter record, on Kafka's own producer, metrics and JMX reporter:
 * it counts a failure in the producer's callback and omits a completed report from its future.
 */
class DeadLettersTest {
  private static final SinkRecord RECORD =
      new SinkRecord(
          "orders", 3, null, null, null, new byte[3], 7, 1_000L, TimestampType.CREATE_TIME);
  private static final InvalidValueException REASON =
      new InvalidValueException("The value is an array");

  /** The worker's part: its metrics by JMX, and a producer without a broker. */
  private static final class Framework implements ErrantRecordReporter, AutoCloseable {
    private final Metrics metrics;
    private final Sensor failed;
    private final KafkaProducer<byte[], byte[]> producer;
    private final int bytes;

    /**
     * @param bytes of every dead-letter record; over 1,000 are refused at once, others wait for a
     *     broker
     */
    Framework(String connector, String task, int bytes) {
      this.bytes = bytes;
      metrics =
          new Metrics(
              new MetricConfig(),
              List.of(new JmxReporter()),
              Time.SYSTEM,
              new KafkaMetricsContext("kafka.connect"));
      failed = metrics.sensor("failed");
      failed.add(
          metrics.metricName(
              "deadletterqueue-produce-failures",
              "task-error-metrics",
              "",
              Map.of("connector", connector, "task", task)),
          new CumulativeSum());
      Map<String, Object> config = new HashMap<>();
      config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:1");
      config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 1_000);
      config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10);
      producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public Future<Void> report(SinkRecord record, Throwable error) {
      Future<?> sent =
          producer.send(
              new ProducerRecord<>("dead", new byte[bytes]),
              (metadata, exception) -> {
                if (exception != null) {
                  failed.record();
                }
              });
      return sent.isDone() ? CompletableFuture.completedFuture(null) : new CompletableFuture<>();
    }

    @Override
    public void close() {
      producer.close(Duration.ZERO);
      metrics.close();
    }
  }

  @Test
  void failsWithAdviceWhereTheProducerRefusesAtOnce() {
    // Names with special characters are quoted in JMX.
    for (String connector : List.of("me-dev-s3-sink", "a:b,c \"d\"*")) {
      try (Framework framework = new Framework(connector, "2", 2_000)) {
        ProduceFailures failures = new ProduceFailures(connector, "2", "dead");
        DeadLetters deadLetters = new DeadLetters(framework, failures);
        ConnectException e =
            assertThrows(ConnectException.class, () -> deadLetters.report(RECORD, REASON));
        assertFalse(e instanceof RetriableException);
        assertTrue(e.getMessage().contains("offset 7 of orders-3 "), e.getMessage());
        assertTrue(e.getMessage().contains(" for dead. "), e.getMessage());
        assertTrue(e.getMessage().contains("The value is an array."), e.getMessage());
        assertTrue(e.getMessage().contains("restart the task"), e.getMessage());
        assertEquals(OptionalDouble.of(1), failures.count());
      }
    }
  }

  @Test
  void failsWhereTheProducerKnowsNoBroker() {
    try (Framework framework = new Framework("sink", "0", 10)) {
      DeadLetters deadLetters =
          new DeadLetters(framework, new ProduceFailures("sink", "0", "dead"));
      assertThrows(ConnectException.class, () -> deadLetters.report(RECORD, REASON));
    }
  }

  @Test
  void anEarlierFailureIsNotThisRecords() {
    try (Framework framework = new Framework("sink", "0", 10)) {
      framework.failed.record();
      ProduceFailures failures = new ProduceFailures("sink", "0", "dead");
      DeadLetters deadLetters =
          new DeadLetters((record, error) -> CompletableFuture.completedFuture(null), failures);
      assertDoesNotThrow(() -> deadLetters.report(RECORD, REASON));
      assertEquals(OptionalDouble.of(1), failures.count());
    }
  }

  @Test
  void goesOnWhereTheWorkerShowsNoCounters() {
    try (Framework framework = new Framework("sink", "0", 2_000)) {
      // Another task's metrics are irrelevant.
      ProduceFailures failures = new ProduceFailures("sink", "1", "dead");
      DeadLetters deadLetters = new DeadLetters(framework, failures);
      assertDoesNotThrow(() -> deadLetters.report(RECORD, REASON));
      assertTrue(failures.count().isEmpty());
    }
  }
}

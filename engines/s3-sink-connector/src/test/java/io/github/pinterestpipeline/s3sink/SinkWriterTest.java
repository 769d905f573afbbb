package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

class SinkWriterTest extends WriterFixture {
  @Test
  void cutsByCount() {
    append(25);
    assertTrue(worker.turn(100));
    assertEquals(List.of(0L, 10L), starts());
    assertEquals("9", store.objects.get(key(0)).metadata().get("last-offset"));
    assertEquals("10", store.objects.get(key(0)).metadata().get("record-count"));
    assertEquals(5, worker.metrics.getBufferedRecords());
    assertEquals(20, worker.metrics.getRecordsWritten());
  }

  @Test
  void writesAFullObjectWithoutWaitingForTheNextRecord() {
    append(10);
    worker.turn(100);
    assertEquals(List.of(0L), starts());
    assertTrue(worker.commitRequested);
    worker.commit();
    assertEquals(10, log.committed);
  }

  @Test
  void cutsByBytes() {
    String value = "{\"x\":\"" + "x".repeat(392) + "\"}";
    log.append(value, value, value, "{\"y\":\"" + "y".repeat(3_000) + "\"}", value);
    worker.turn(100);
    assertEquals(List.of(0L, 2L, 3L), starts());
    assertTrue(store.objects.get(key(3)).content().length > 1_000);
    assertEquals(1, worker.metrics.getBufferedRecords());
  }

  @Test
  void cutsByAgeAndAsksToBeWokenInTime() {
    append(3);
    worker.nowMs = 5_000;
    worker.turn(100);
    assertEquals(60_000, worker.timeoutMs);
    worker.nowMs = 64_999;
    append(1);
    worker.turn(100);
    assertEquals(1, worker.timeoutMs);
    assertTrue(store.objects.isEmpty());
    worker.nowMs = 65_000;
    worker.turn(100);
    assertEquals(List.of(0L), starts());
    assertLines(0, 1, 2, 3);
  }

  @Test
  void commitsOnlyWhatIsStored() {
    append(13);
    worker.turn(100);
    worker.commit();
    assertEquals(10, log.committed);
  }

  @Test
  void takesLineBreaksOutOfValues() {
    log.append("{\r\n\"i\":0\n}\n");
    worker.turn(1);
    assertLinesInTime(0);
  }

  @Test
  void boundsAllBuffersOfATask() {
    restart(new WriterSettings("topics", 1_000, 1_000_000, 60_000, 100, 500));
    append(50);
    worker.turn(100);
    assertTrue(worker.metrics.getBufferedBytes() <= 100);
    assertTrue(store.objects.values().stream().allMatch(o -> o.content().length <= 100));
    assertLinesInTime(upTo(50));
  }

  @Test
  void deadLetterRecordsAreReportedOnceAndSkipped() {
    log.append(json(0), "no json", json(2), null);
    worker.turn(100);
    assertLinesInTime(0, 2);
    assertEquals("3", store.objects.get(key(0)).metadata().get("last-offset"));
    assertEquals(2, log.deadLetters.size());
    assertTrue(log.deadLetters.get(0).startsWith("1: The value is not one JSON object: Unrec"));
    assertEquals(2, worker.metrics.getRecordsRejected());
    worker.commit();
    assertEquals(4, log.committed);
  }

  @Test
  void commitsPastDeadLetterRecordsWhenNothingIsBuffered() {
    log.append("x", "y");
    worker.turn(100);
    worker.commit();
    assertEquals(2, log.committed);
    log.append("z", json(3), "w");
    worker.turn(100);
    worker.commit();
    assertEquals(3, log.committed);
    assertTrue(store.objects.isEmpty());
  }

  @Test
  void anObjectStartsAtItsFirstValidRecord() {
    log.append("x", json(1));
    worker.turn(100);
    worker.nowMs = 60_000;
    worker.turn(1);
    assertEquals(List.of(1L), starts());
  }

  @Test
  void anObjectCoversNoMoreOffsetsThanRecordsAllowed() {
    log.append(json(0));
    IntStream.range(1, 10).forEach(i -> log.append("x" + i));
    log.append(json(10));
    worker.turn(100);
    assertEquals(List.of(0L), starts());
    assertEquals("9", store.objects.get(key(0)).metadata().get("last-offset"));
  }

  @Test
  void anObjectIsNotWrittenBeforeItsDeadLetterRecordsAreAcknowledged() {
    CompletableFuture<Void> report = new CompletableFuture<>();
    worker.deadLetterFuture = report;
    report.completeExceptionally(new IllegalStateException("topic is gone"));
    append(9);
    log.append("x");
    append(1);
    String message = assertThrows(ConnectException.class, () -> worker.turn(100)).getMessage();
    assertTrue(message.contains("topic is gone"), message);
    assertTrue(store.objects.isEmpty());
  }

  @Test
  void failsWithAdviceWhereNoDeadLetterTopicIs() {
    Worker.Log other = new Worker.Log();
    SinkWriter writer =
        new SinkWriter(
            SETTINGS,
            store,
            worker,
            () -> new DeadLetters(null, new ProduceFailures("sink", "0", "")),
            new SinkMetrics(),
            () -> 0,
            new Backoff(1, () -> 0));
    writer.open(List.of(Worker.PARTITION));
    other.append("x");
    ConnectException e =
        assertThrows(ConnectException.class, () -> writer.put(List.of(other.record(0))));
    assertFalse(e instanceof RetriableException);
    assertTrue(e.getMessage().contains("offset 0 of orders-0"), e.getMessage());
    assertTrue(e.getMessage().contains("errors.deadletterqueue.topic.name"), e.getMessage());
  }

  @Test
  void failsWithAdviceWhereValuesAreNotBytes() {
    SinkRecord text = new SinkRecord("orders", 0, null, null, null, "{}", 0);
    ConnectException e =
        assertThrows(ConnectException.class, () -> worker.writer.put(List.of(text)));
    assertTrue(e.getMessage().contains("ByteArrayConverter"), e.getMessage());
  }
}

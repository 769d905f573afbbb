package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

class SinkWriterTest {
  private static final WriterSettings SETTINGS =
      new WriterSettings("topics", 10, 1_000, 60_000, 100_000, 500);

  private final InMemoryStore store = new InMemoryStore();
  private final Worker.Log log = new Worker.Log();
  private final ObjectKeys keys = new ObjectKeys("topics");
  private Worker worker = new Worker(SETTINGS, store, log);

  private void append(int count) {
    int from = log.values.size();
    IntStream.range(from, from + count).forEach(i -> log.append(json(i)));
  }

  private static String json(int i) {
    return "{\"i\":" + i + "}";
  }

  private void restart(WriterSettings settings) {
    worker = new Worker(settings, store, log);
  }

  private String key(long offset) {
    return keys.key(Worker.PARTITION, offset);
  }

  private List<Long> starts() {
    return store.objects.keySet().stream()
        .map(key -> keys.startOffset(Worker.PARTITION, key).orElseThrow())
        .toList();
  }

  private void assertLines(int... expected) {
    assertEquals(
        IntStream.of(expected).mapToObj(SinkWriterTest::json).toList(),
        Worker.lines(store.objects.values()));
  }

  private static int[] upTo(int end) {
    return IntStream.range(0, end).toArray();
  }

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
    worker.nowMs = 60_000;
    worker.turn(1);
    assertLines(0);
  }

  @Test
  void boundsAllBuffersOfATask() {
    restart(new WriterSettings("topics", 1_000, 1_000_000, 60_000, 100, 500));
    append(50);
    worker.turn(100);
    assertTrue(worker.metrics.getBufferedBytes() <= 100);
    assertTrue(store.objects.values().stream().allMatch(o -> o.content().length <= 100));
    worker.nowMs = 60_000;
    worker.turn(1);
    assertLines(upTo(50));
  }

  @Test
  void deadLettersAreReportedOnceAndPassedOver() {
    log.append(json(0), "no json", json(2), null);
    worker.turn(100);
    worker.nowMs = 60_000;
    worker.turn(1);
    assertLines(0, 2);
    assertEquals("3", store.objects.get(key(0)).metadata().get("last-offset"));
    assertEquals(2, log.deadLetters.size());
    assertTrue(log.deadLetters.get(0).startsWith("1: The value is not one JSON object: Unrec"));
    assertEquals(2, worker.metrics.getRecordsRejected());
    worker.commit();
    assertEquals(4, log.committed);
  }

  @Test
  void commitsPastDeadLettersWhenNothingIsBuffered() {
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
  void anObjectIsNotWrittenBeforeItsDeadLettersHaveArrived() {
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
            () -> new DeadLetters(null),
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

  @Test
  void aRefusedWriteIsTriedAgainWithTheSameBatch() {
    append(25);
    store.faults.add(InMemoryStore.Fault.REFUSED);
    store.faults.add(InMemoryStore.Fault.REFUSED);
    assertFalse(worker.turn(25));
    assertEquals(500, worker.timeoutMs);
    assertFalse(worker.turn(25));
    assertEquals(1_000, worker.timeoutMs);
    assertTrue(worker.turn(25));
    worker.nowMs = 60_000;
    worker.turn(1);
    assertLines(upTo(25));
  }

  @Test
  void aWriteWhoseAnswerWasLostIsNotRepeated() {
    append(12);
    store.faults.add(InMemoryStore.Fault.ANSWER_LOST);
    assertFalse(worker.turn(12));
    byte[] before = store.objects.get(key(0)).content();
    append(10);
    assertTrue(worker.turn(100));
    worker.turn(100);
    worker.nowMs = 60_000;
    worker.turn(1);
    assertEquals(before, store.objects.get(key(0)).content());
    assertLines(upTo(22));
    assertEquals(1, worker.metrics.getPutConflicts());
  }

  @Test
  void aWorkerKilledBetweenUploadAndCommitGoesOnAfterTheObject() {
    append(15);
    worker.turn(15);
    assertEquals(0, log.committed);
    restart(SETTINGS);
    append(5);
    IntStream.range(0, 5).forEach(i -> worker.turn(4));
    worker.nowMs = 60_000;
    worker.turn(4);
    worker.commit();
    assertEquals(20, log.committed);
    assertLines(upTo(20));
    assertEquals(List.of(0L, 10L), starts());
  }

  @Test
  void aWorkerFarBehindTheObjectsSeeksToTheLastStoredRecord() {
    append(1_000);
    worker.turn(1_000);
    restart(SETTINGS);
    assertTrue(worker.turn(3));
    assertEquals(0, log.committed);
    worker.commit();
    assertEquals(0, log.committed, "nothing is committed before the topic is known to be the same");
    assertTrue(worker.turn(3));
    assertEquals(1_000, worker.position());
    worker.commit();
    assertEquals(1_000, log.committed);
    assertEquals(4, worker.metrics.getDuplicatesSkipped());
    assertLines(upTo(1_000));
  }

  @Test
  void theCommittedOffsetRulesWhereObjectsAreGone() {
    append(20);
    worker.turn(20);
    worker.commit();
    store.objects.clear();
    append(10);
    restart(SETTINGS);
    worker.turn(20);
    assertEquals(List.of(20L), starts());
  }

  @Test
  void aZombieThatWroteFirstIsFollowed() {
    append(8);
    worker.turn(100);
    Worker zombie =
        new Worker(new WriterSettings("topics", 4, 1_000, 60_000, 100_000, 1), store, log);
    store.beforeWrite = () -> zombie.turn(5);
    append(7);
    worker.turn(100);
    worker.nowMs = 60_000;
    worker.turn(1);
    assertEquals(List.of(0L, 4L, 10L), starts());
    assertLines(upTo(15));
  }

  @Test
  void aZombieThatIsFarAheadIsFollowed() {
    append(30);
    Worker zombie = new Worker(SETTINGS, store, log);
    store.beforeWrite = () -> zombie.turn(30);
    worker.turn(12);
    worker.turn(12);
    worker.turn(12);
    worker.commit();
    assertEquals(30, log.committed);
    assertLines(upTo(30));
    assertEquals(List.of(0L, 10L, 20L), starts());
  }

  @Test
  void aRevokedPartitionIsDroppedAndReadAgain() {
    append(5);
    worker.turn(5);
    worker.writer.close(List.of(Worker.PARTITION));
    assertEquals(0, worker.metrics.getBufferedRecords());
    assertTrue(store.objects.isEmpty());
    worker.writer.put(List.of(log.record(0)));
    assertEquals(0, worker.metrics.getBufferedRecords(), "the new owner reads it");
    worker.writer.open(List.of(Worker.PARTITION));
    worker.writer.put(LongStream.range(0, 5).mapToObj(log::record).toList());
    worker.nowMs = 60_000;
    worker.writer.put(new ArrayList<>());
    assertLines(upTo(5));
  }

  @Test
  void aTopicMadeAnewAndShorterIsAnError() {
    append(20);
    worker.turn(20);
    Worker.Log recreated = new Worker.Log();
    recreated.append(json(0), json(1));
    Worker next = new Worker(SETTINGS, store, recreated);
    assertTrue(next.turn(10));
    next.commit();
    String message = assertThrows(ConnectException.class, () -> next.turn(10)).getMessage();
    assertTrue(message.contains("offset 0 of orders-0"), message);
    assertTrue(message.contains("up to offset 19"), message);
    assertTrue(message.contains("deleted and made anew"), message);
    assertEquals(0, recreated.committed);
  }

  @Test
  void aTopicMadeAnewAndLongerIsAnError() {
    append(20);
    worker.turn(20);
    Worker.Log recreated = new Worker.Log();
    recreated.firstTimestamp = 9_000;
    IntStream.range(0, 50).forEach(i -> recreated.append(json(i)));
    Worker seeking = new Worker(SETTINGS, store, recreated);
    assertTrue(seeking.turn(5));
    String message = assertThrows(ConnectException.class, () -> seeking.turn(5)).getMessage();
    assertTrue(message.contains("has the timestamp 9019"), message);
    Worker passing = new Worker(SETTINGS, store, recreated);
    assertThrows(ConnectException.class, () -> passing.turn(50));
    assertEquals(0, recreated.committed);
  }
}

package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.api.Test;

/** Kills, lost responses, zombies, rebalances and recreated topics. */
class RecoveryTest extends WriterFixture {
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
    assertLinesInTime(upTo(25));
  }

  @Test
  void aWriteWithALostResponseIsNotRepeated() {
    append(12);
    store.faults.add(InMemoryStore.Fault.RESPONSE_LOST);
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
  void aShorterRecreatedTopicIsAnError() {
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
    assertTrue(message.contains("deleted and recreated"), message);
    assertEquals(0, recreated.committed);
  }

  @Test
  void aLongerRecreatedTopicIsAnError() {
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

  @Test
  void aBatchKeptOverARebalanceIsReadAgainInItsPlace() {
    append(5);
    worker.turn(100);
    append(10);
    store.faults.add(InMemoryStore.Fault.REFUSED);
    assertFalse(worker.turn(100));
    worker.reassign();
    assertTrue(worker.turn(100));
    assertTrue(store.objects.isEmpty());
    worker.turn(100);
    assertLinesInTime(upTo(15));
  }

  @Test
  void aNewBatchAfterARebalanceIsTakenAlthoughTheOneBeforeFailed() {
    append(15);
    store.faults.add(InMemoryStore.Fault.REFUSED);
    assertFalse(worker.turn(100));
    worker.reassign();
    worker.dropBatch();
    store.faults.add(InMemoryStore.Fault.REFUSED);
    assertFalse(worker.turn(100));
    assertTrue(worker.turn(100));
    assertLinesInTime(upTo(15));
  }
}

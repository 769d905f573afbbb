package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random runs with kills, zombies, lost responses, refusals and rejects, from a seed. */
class ExactlyOnceTest {
  private static final int RUNS = 60;

  private final InMemoryStore store = new InMemoryStore();
  private final Worker.Log log = new Worker.Log();
  private final Map<String, byte[]> seen = new HashMap<>();
  private final TreeSet<Integer> valid = new TreeSet<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everyRecordIsStoredOnceAndNoObjectChanges(long seed) {
    for (int run = 0; run < RUNS; run++) {
      store.objects.clear();
      seen.clear();
      valid.clear();
      log.values.clear();
      log.deadLetters.clear();
      log.committed = 0;
      store.faults.clear();
      runOnce(new Random(seed * RUNS + run));
    }
  }

  private void runOnce(Random random) {
    List<Worker> workers = new ArrayList<>();
    long now = 0;
    for (int step = 0; step < 150; step++) {
      now += random.nextInt(40);
      append(random, random.nextInt(12));
      if (workers.isEmpty() || random.nextInt(12) == 0) {
        // A rebalance or restart; the previous worker continues as a zombie, or is killed.
        if (random.nextBoolean()) {
          workers.clear();
        }
        workers.add(new Worker(settings(random), store, log));
      }
      if (random.nextInt(6) == 0) {
        InMemoryStore.Fault[] faults = InMemoryStore.Fault.values();
        store.faults.add(faults[random.nextInt(faults.length)]);
      }
      Worker worker = workers.get(random.nextInt(workers.size()));
      worker.nowMs = now;
      if (random.nextInt(3) == 0) {
        Worker other = workers.get(random.nextInt(workers.size()));
        if (other != worker) {
          store.beforeWrite = () -> other.turn(7);
        }
      }
      worker.turn(1 + random.nextInt(20));
      store.beforeWrite = () -> {};
      // Only the newest member of the group may commit; a zombie's commit is refused by the broker.
      if (worker == workers.get(workers.size() - 1) && random.nextInt(4) == 0) {
        worker.commit();
      }
      if (step % 10 == 0) {
        check();
      }
    }
    finish(settings(random), now);
  }

  private void append(Random random, int count) {
    for (int i = 0; i < count; i++) {
      int offset = log.values.size();
      if (random.nextInt(5) == 0) {
        log.append("reject");
      } else {
        log.append("{\"o\":" + offset + ",\"x\":\"" + "x".repeat(random.nextInt(60)) + "\"}");
        valid.add(offset);
      }
    }
  }

  private static WriterSettings settings(Random random) {
    return new WriterSettings(
        "topics",
        1 + random.nextInt(25),
        50 + random.nextInt(900),
        1 + random.nextInt(200),
        100 + random.nextInt(900),
        1);
  }

  /** No object has changed, the committed offset is covered, and no line is duplicated. */
  private void check() {
    store.objects.forEach(
        (key, object) -> {
          byte[] before = seen.putIfAbsent(key, object.content());
          if (before != null) {
            assertArrayEquals(before, object.content(), key);
          }
        });
    List<Integer> stored = offsets();
    assertEquals(new ArrayList<>(new TreeSet<>(stored)), stored, "ascending, no duplicates");
    assertTrue(
        stored.containsAll(valid.headSet((int) log.committed)), "committed before it was stored");
  }

  private void finish(WriterSettings settings, long now) {
    store.faults.clear();
    store.beforeWrite = () -> {};
    Worker last = new Worker(settings, store, log);
    for (int i = 0; i < 2_000 && log.committed < log.values.size(); i++) {
      last.nowMs = now + i * 100L;
      last.turn(50);
      last.commit();
    }
    check();
    assertEquals(new ArrayList<>(valid), offsets());
    assertEquals(log.values.size(), log.committed);
    for (int offset = 0; offset < log.values.size(); offset++) {
      String start = offset + ": ";
      boolean rejected = log.deadLetters.stream().anyMatch(record -> record.startsWith(start));
      assertEquals(!valid.contains(offset), rejected, "offset " + offset);
    }
  }

  private List<Integer> offsets() {
    return Worker.lines(store.objects.values()).stream()
        .map(line -> Integer.parseInt(line.substring(5, line.indexOf(','))))
        .toList();
  }
}

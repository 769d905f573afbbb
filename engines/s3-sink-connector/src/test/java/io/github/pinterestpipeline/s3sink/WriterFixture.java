package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;

/** A SinkWriter over an empty store and log, with objects of at most 10 records. */
abstract class WriterFixture {
  static final WriterSettings SETTINGS =
      new WriterSettings("topics", 10, 1_000, 60_000, 100_000, 500);

  final InMemoryStore store = new InMemoryStore();
  final Worker.Log log = new Worker.Log();
  final ObjectKeys keys = new ObjectKeys("topics");
  Worker worker = new Worker(SETTINGS, store, log);

  void append(int count) {
    int from = log.values.size();
    IntStream.range(from, from + count).forEach(i -> log.append(json(i)));
  }

  static String json(int i) {
    return "{\"i\":" + i + "}";
  }

  void restart(WriterSettings settings) {
    worker = new Worker(settings, store, log);
  }

  String key(long offset) {
    return keys.key(Worker.PARTITION, offset);
  }

  List<Long> starts() {
    return store.objects.keySet().stream()
        .map(key -> keys.startOffset(Worker.PARTITION, key).orElseThrow())
        .toList();
  }

  void assertLines(int... expected) {
    assertEquals(
        IntStream.of(expected).mapToObj(WriterFixture::json).toList(),
        Worker.lines(store.objects.values()));
  }

  /** Lets the time of an object pass, then checks what is stored. */
  void assertLinesInTime(int... expected) {
    worker.nowMs = 60_000;
    worker.turn(100);
    assertLines(expected);
  }

  static int[] upTo(int end) {
    return IntStream.range(0, end).toArray();
  }
}

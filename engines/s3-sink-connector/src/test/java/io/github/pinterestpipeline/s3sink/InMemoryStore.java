package io.github.pinterestpipeline.s3sink;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.connect.errors.RetriableException;

/** A store with S3's rules (sorted listing in pages, conditional writes) and faults on demand. */
class InMemoryStore implements ObjectStore {
  /** What happens to the next write. */
  enum Fault {
    /** It works. */
    NONE,
    /** It fails and nothing is written. */
    REFUSED,
    /** It is written, but the response is lost. */
    RESPONSE_LOST
  }

  record Stored(byte[] content, Map<String, String> metadata) {
    String text() {
      return new String(content, StandardCharsets.UTF_8);
    }
  }

  final TreeMap<String, Stored> objects = new TreeMap<>();
  final Deque<Fault> faults = new ArrayDeque<>();
  final List<String> calls = new ArrayList<>();
  int pageSize = 1000;

  /** Runs once, just before the next write: a concurrent writer. */
  Runnable beforeWrite = () -> {};

  @Override
  public Page list(String prefix, String startAfter) {
    calls.add("list " + startAfter);
    List<String> keys =
        objects.tailMap(startAfter, false).keySet().stream()
            .filter(key -> key.startsWith(prefix))
            .limit(pageSize + 1L)
            .toList();
    boolean more = keys.size() > pageSize;
    return new Page(more ? keys.subList(0, pageSize) : keys, more);
  }

  @Override
  public Optional<Map<String, String>> metadata(String key) {
    calls.add("head " + key);
    return Optional.ofNullable(objects.get(key)).map(Stored::metadata);
  }

  @Override
  public PutResult putIfAbsent(
      String key, byte[] content, int length, Map<String, String> metadata) {
    calls.add("put " + key);
    Runnable meanwhile = beforeWrite;
    beforeWrite = () -> {};
    meanwhile.run();
    Fault fault = faults.isEmpty() ? Fault.NONE : faults.poll();
    if (fault == Fault.REFUSED) {
      throw new RetriableException("503 Slow Down");
    }
    if (objects.containsKey(key)) {
      return PutResult.EXISTS;
    }
    objects.put(key, new Stored(Arrays.copyOf(content, length), metadata));
    if (fault == Fault.RESPONSE_LOST) {
      throw new RetriableException("connection reset");
    }
    return PutResult.CREATED;
  }

  @Override
  public void close() {}
}

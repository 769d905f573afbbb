package io.github.pinterestpipeline.s3sink;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.RetriableException;

/** Finds the last stored offset of a partition. */
final class ObjectChain {
  /** Factor by which each step looks further back. */
  private static final int GALLOP = 8;

  private final ObjectStore store;
  private final ObjectKeys keys;
  private final long span;

  /**
   * @param span the maximum number of offsets in one object
   */
  ObjectChain(ObjectStore store, ObjectKeys keys, long span) {
    this.store = store;
    this.keys = keys;
    this.span = span;
  }

  /**
   * The newest object of a partition. Lists from one object's span below the offset, where it
   * usually is; if nothing is there (objects were larger under an earlier configuration, or offsets
   * advanced without records), gallops back to the start.
   *
   * @param offset where the partition is being read; a hint that affects the cost, not the result
   * @return empty if the partition has no object
   */
  Optional<StoredObject> newest(TopicPartition partition, long offset) {
    long back = span;
    while (true) {
      long from = Math.max(0, offset - back);
      Optional<String> key = lastKey(partition, from);
      if (key.isPresent()) {
        return Optional.of(read(partition, key.get()));
      }
      if (from == 0) {
        return Optional.empty();
      }
      back = back > Long.MAX_VALUE / GALLOP ? Long.MAX_VALUE : back * GALLOP;
    }
  }

  private Optional<String> lastKey(TopicPartition partition, long from) {
    String prefix = keys.prefix(partition);
    String after = from == 0 ? "" : keys.key(partition, from - 1);
    Optional<String> last = Optional.empty();
    while (true) {
      ObjectStore.Page page = store.list(prefix, after);
      for (String key : page.keys()) {
        if (keys.startOffset(partition, key).isPresent()) {
          last = Optional.of(key);
        }
        after = key;
      }
      if (!page.more() || page.keys().isEmpty()) {
        return last;
      }
    }
  }

  private StoredObject read(TopicPartition partition, String key) {
    OptionalLong start = keys.startOffset(partition, key);
    Map<String, String> metadata =
        store
            .metadata(key)
            .orElseThrow(
                () ->
                    new RetriableException(
                        "The object " + key + " was listed but no longer exists."));
    return StoredObject.parse(key, start.orElseThrow(), metadata);
  }
}

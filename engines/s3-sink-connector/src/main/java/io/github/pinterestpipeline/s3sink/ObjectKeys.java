package io.github.pinterestpipeline.s3sink;

import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * Keys of objects: {@code <topics.dir>/<topic>/partition=<p>/<topic>+<p>+<start offset>.json}. The
 * offset is padded to 20 digits, so keys sort like offsets. Topic names contain no plus sign.
 */
final class ObjectKeys {
  private static final int DIGITS = 20;
  private static final String SUFFIX = ".json";

  private final String topicsDir;

  /**
   * @param topicsDir the folder of all topics, without leading or trailing slash
   */
  ObjectKeys(String topicsDir) {
    this.topicsDir = topicsDir;
  }

  /** Prefix of a partition's keys. */
  String prefix(TopicPartition partition) {
    return topicsDir
        + "/"
        + partition.topic()
        + "/partition="
        + partition.partition()
        + "/"
        + partition.topic()
        + "+"
        + partition.partition()
        + "+";
  }

  /** The key of the object that starts at this offset. */
  String key(TopicPartition partition, long startOffset) {
    String digits = Long.toString(startOffset);
    return prefix(partition) + "0".repeat(DIGITS - digits.length()) + digits + SUFFIX;
  }

  /** The start offset in a key; empty if the key is not this connector's. */
  OptionalLong startOffset(TopicPartition partition, String key) {
    String prefix = prefix(partition);
    if (key.length() != prefix.length() + DIGITS + SUFFIX.length()
        || !key.startsWith(prefix)
        || !key.endsWith(SUFFIX)) {
      return OptionalLong.empty();
    }
    String digits = key.substring(prefix.length(), prefix.length() + DIGITS);
    if (!digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(digits));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}

package io.github.pinterestpipeline.s3sink;

import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;

/**
 * One object of a partition's chain, from its key and metadata.
 *
 * @param key the object's key
 * @param lastOffset the last offset it covers; records up to it are in this object, in an earlier
 *     one, or in the dead-letter topic
 * @param lastTimestamp the Kafka timestamp of the record at that offset, in milliseconds, or -1
 */
record StoredObject(String key, long lastOffset, long lastTimestamp) {
  private static final String LAST_OFFSET = "last-offset";
  private static final String LAST_TIMESTAMP = "last-timestamp";
  private static final String RECORD_COUNT = "record-count";

  /** The object's user metadata. */
  static Map<String, String> metadata(long lastOffset, long lastTimestamp, int records) {
    return Map.of(
        LAST_OFFSET, Long.toString(lastOffset),
        LAST_TIMESTAMP, Long.toString(lastTimestamp),
        RECORD_COUNT, Integer.toString(records));
  }

  /**
   * Parses an object's metadata.
   *
   * @throws ConnectException if this connector did not write it
   */
  static StoredObject parse(String key, long startOffset, Map<String, String> metadata) {
    long last = number(key, metadata, LAST_OFFSET);
    if (last < startOffset) {
      throw foreign(key, LAST_OFFSET, Long.toString(last), "at least " + startOffset);
    }
    return new StoredObject(key, last, number(key, metadata, LAST_TIMESTAMP));
  }

  private static long number(String key, Map<String, String> metadata, String name) {
    String text = metadata.get(name);
    try {
      return Long.parseLong(String.valueOf(text));
    } catch (NumberFormatException e) {
      throw foreign(key, name, text, "a whole number");
    }
  }

  private static ConnectException foreign(String key, String name, String value, String expected) {
    return new ConnectException(
        String.format(
            "The object %s has the metadata %s=%s, expected %s: it was not written by this"
                + " connector, so its last offset is unknown. Move the objects of this topic"
                + " away or set another topics.dir, then restart the connector.",
            key, name, value, expected));
  }
}

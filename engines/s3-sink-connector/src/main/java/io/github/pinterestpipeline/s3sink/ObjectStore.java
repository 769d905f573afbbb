package io.github.pinterestpipeline.s3sink;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The S3 operations of the sink. Every method throws {@link
 * org.apache.kafka.connect.errors.RetriableException} for transient errors, and another {@link
 * org.apache.kafka.connect.errors.ConnectException} for errors that must be fixed first.
 */
interface ObjectStore extends AutoCloseable {
  /** Result of writing an object. */
  enum PutResult {
    /** The object was written. */
    CREATED,
    /** The key exists; nothing was written. */
    EXISTS
  }

  /**
   * A page of a listing.
   *
   * @param keys in ascending order of their bytes
   * @param more whether further keys follow
   */
  record Page(List<String> keys, boolean more) {}

  /**
   * Lists keys.
   *
   * @param prefix the prefix of the keys
   * @param startAfter only keys after this one; empty for all
   */
  Page list(String prefix, String startAfter);

  /** An object's user metadata, with names in lower case; empty if the object does not exist. */
  Optional<Map<String, String>> metadata(String key);

  /**
   * Writes an object unless its key exists; atomic across writers.
   *
   * @param content the array that holds the content
   * @param length how many of the array's bytes are the content
   */
  PutResult putIfAbsent(String key, byte[] content, int length, Map<String, String> metadata);

  @Override
  void close();
}

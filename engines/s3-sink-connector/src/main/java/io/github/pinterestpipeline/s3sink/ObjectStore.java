package io.github.pinterestpipeline.s3sink;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the sink needs of S3, and nothing more. Every method throws {@link
 * org.apache.kafka.connect.errors.RetriableException} if the store may answer later, and another
 * {@link org.apache.kafka.connect.errors.ConnectException} if somebody must mend something first.
 */
interface ObjectStore extends AutoCloseable {
  /** What came of writing an object. */
  enum PutResult {
    /** The object was written. */
    CREATED,
    /** An object of that name was there; nothing was written. */
    EXISTS
  }

  /**
   * A part of a listing.
   *
   * @param keys in ascending order of their bytes
   * @param more whether names follow after the last one
   */
  record Page(List<String> keys, boolean more) {}

  /**
   * Lists names.
   *
   * @param prefix what the names start with
   * @param startAfter only names after this one; empty for all
   */
  Page list(String prefix, String startAfter);

  /** An object's user metadata, with names in lower case; empty if there is no such object. */
  Optional<Map<String, String>> metadata(String key);

  /**
   * Writes an object unless its name is taken; atomic, also against other writers.
   *
   * @param content the array that holds the content
   * @param length how many of the array's bytes are the content
   */
  PutResult putIfAbsent(String key, byte[] content, int length, Map<String, String> metadata);

  @Override
  void close();
}

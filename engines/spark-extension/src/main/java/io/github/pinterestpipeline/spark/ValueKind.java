package io.github.pinterestpipeline.spark;

import org.apache.spark.sql.api.java.UDF2;

/**
 * The SQL function {@code value_kind(line, key)}: the kind of a key's value in words, for example
 * {@code the number}; null for a missing key.
 */
public final class ValueKind implements UDF2<String, String, String> {
  private static final long serialVersionUID = 1L;

  @Override
  public String call(String line, String key) {
    return line == null ? null : JsonRecord.kindOf(line, key);
  }
}

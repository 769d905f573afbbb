package io.github.pinterestpipeline.spark;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.api.java.UDF2;

/**
 * The SQL function {@code decode_record(line, 'key,key,…')}: an array of strings, first why the
 * line is not a record (null for a record), then each key's value as text. Null for a null line.
 */
public final class DecodeRecord implements UDF2<String, String, List<String>> {
  private static final long serialVersionUID = 1L;

  private transient String keyList;
  private transient List<String> keys;

  @Override
  public List<String> call(String line, String wanted) {
    if (line == null) {
      return null;
    }
    if (!wanted.equals(keyList)) {
      keys = List.of(wanted.split(","));
      keyList = wanted;
    }
    return Arrays.asList(JsonRecord.decode(line, keys));
  }
}

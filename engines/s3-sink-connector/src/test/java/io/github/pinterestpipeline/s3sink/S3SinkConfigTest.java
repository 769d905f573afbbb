package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3SinkConfigTest {
  private static S3SinkConfig config(String... pairs) {
    Map<String, String> properties = new HashMap<>(Map.of(S3SinkConfig.BUCKET, "my-bucket"));
    for (int i = 0; i < pairs.length; i += 2) {
      properties.put(pairs[i], pairs[i + 1]);
    }
    return new S3SinkConfig(properties);
  }

  @Test
  void hasDefaults() {
    S3SinkConfig config = config();
    assertEquals(Optional.empty(), config.region());
    assertEquals(Optional.empty(), config.endpoint());
    assertEquals(
        new WriterSettings("topics", 10_000, 8 << 20, 60_000, 64 << 20, 1_000),
        config.writerSettings());
  }

  @Test
  void needsABucket() {
    String message =
        assertThrows(ConfigException.class, () -> new S3SinkConfig(Map.of())).getMessage();
    assertTrue(message.contains("s3.bucket.name"), message);
  }

  @ParameterizedTest
  @CsvSource({
    "s3.bucket.name, My_Bucket, 3 to 63",
    "s3.bucket.name, ab, 3 to 63",
    "s3.region, us east, us-east-1",
    "s3.endpoint, localhost:9000, http://127.0.0.1:9000",
    "s3.endpoint, ftp://host, http://127.0.0.1:9000",
    "s3.endpoint, http://, http://127.0.0.1:9000",
    "topics.dir, '', no slash at its ends",
    "topics.dir, /topics, no slash at its ends",
    "topics.dir, topics/, no slash at its ends",
    "topics.dir, a//b, no slash at its ends",
    "topics.dir, a b, no slash at its ends",
    "flush.records, 0, at least 1",
    "flush.records, many, not a number of type int",
    "flush.bytes, 0, at least 1",
    "flush.interval.ms, 0, at least 1",
    "buffer.max.bytes, -1, at least 1",
    "retry.backoff.ms, 0, at least 1",
    "retry.backoff.ms, 300001, no more than 300000"
  })
  void refusesWhatCannotWork(String name, String value, String expected) {
    String message = assertThrows(ConfigException.class, () -> config(name, value)).getMessage();
    assertTrue(message.contains(name) && message.toLowerCase().contains(expected), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"topics", "raw/topics", "a/b/c_d-e.f=g"})
  void takesFolders(String folder) {
    assertEquals(folder, config("topics.dir", folder).writerSettings().topicsDir());
  }

  @Test
  void describesEveryProperty() {
    S3SinkConfig.DEFINITION
        .configKeys()
        .values()
        .forEach(key -> assertTrue(key.documentation.length() > 20, key.name));
  }
}

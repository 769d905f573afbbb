package io.github.pinterestpipeline.s3sink;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;

/** The connector's configuration. */
final class S3SinkConfig extends AbstractConfig {
  static final String BUCKET = "s3.bucket.name";
  static final String REGION = "s3.region";
  static final String ENDPOINT = "s3.endpoint";
  static final String TOPICS_DIR = "topics.dir";
  static final String FLUSH_RECORDS = "flush.records";
  static final String FLUSH_BYTES = "flush.bytes";
  static final String FLUSH_INTERVAL_MS = "flush.interval.ms";
  static final String BUFFER_MAX_BYTES = "buffer.max.bytes";
  static final String RETRY_BACKOFF_MS = "retry.backoff.ms";

  private static final int MIB = 1024 * 1024;
  private static final Pattern BUCKET_NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final Pattern REGION_NAME = Pattern.compile("|[a-z0-9-]{2,40}");

  /** Short enough that a key with two topic names of 249 characters stays within 1,024 bytes. */
  private static final Pattern FOLDER =
      Pattern.compile("(?=.{1,200}$)[A-Za-z0-9!_.*'()=-]+(/[A-Za-z0-9!_.*'()=-]+)*");

  static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(
              BUCKET,
              Type.STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              matching(BUCKET_NAME, "the name of a bucket: 3 to 63 of a-z, 0-9, '.' and '-'"),
              Importance.HIGH,
              "The bucket that objects are written to. It must exist.")
          .define(
              REGION,
              Type.STRING,
              "",
              matching(REGION_NAME, "a region such as us-east-1, or nothing"),
              Importance.HIGH,
              "The bucket's region. By default the one that the AWS default chain finds.")
          .define(
              ENDPOINT,
              Type.STRING,
              "",
              S3SinkConfig::checkEndpoint,
              Importance.LOW,
              "The URL of another S3 server, which is then accessed in path style.")
          .define(
              TOPICS_DIR,
              Type.STRING,
              "topics",
              matching(FOLDER, "a folder such as topics or raw/topics, with no slash at its ends"),
              Importance.MEDIUM,
              "The folder of all topics in the bucket.")
          .define(
              FLUSH_RECORDS,
              Type.INT,
              10_000,
              Range.between(1, 10_000_000),
              Importance.HIGH,
              "An object covers at most this many offsets, so at most this many records.")
          .define(
              FLUSH_BYTES,
              Type.INT,
              8 * MIB,
              Range.between(1, 512 * MIB),
              Importance.HIGH,
              "An object has at most this many bytes, unless it holds one larger record.")
          .define(
              FLUSH_INTERVAL_MS,
              Type.LONG,
              60_000L,
              Range.between(1, 86_400_000L),
              Importance.HIGH,
              "A record waits at most this many milliseconds before its object is written.")
          .define(
              BUFFER_MAX_BYTES,
              Type.LONG,
              64L * MIB,
              Range.atLeast(1),
              Importance.MEDIUM,
              "All buffers of a task have at most this many bytes together; the largest is written"
                  + " early when they would exceed it.")
          .define(
              RETRY_BACKOFF_MS,
              Type.LONG,
              1_000L,
              Range.between(1, 300_000L),
              Importance.LOW,
              "The first pause, in milliseconds, before S3 is retried after a transient"
                  + " error. Each further one is twice as long, up to 30 s.");

  /**
   * @throws ConfigException if a value is missing or invalid
   */
  S3SinkConfig(Map<String, String> properties) {
    super(DEFINITION, properties);
  }

  String bucket() {
    return getString(BUCKET);
  }

  Optional<String> region() {
    return Optional.of(getString(REGION)).filter(region -> !region.isEmpty());
  }

  Optional<String> endpoint() {
    return Optional.of(getString(ENDPOINT)).filter(endpoint -> !endpoint.isEmpty());
  }

  WriterSettings writerSettings() {
    return new WriterSettings(
        getString(TOPICS_DIR),
        getInt(FLUSH_RECORDS),
        getInt(FLUSH_BYTES),
        getLong(FLUSH_INTERVAL_MS),
        getLong(BUFFER_MAX_BYTES),
        getLong(RETRY_BACKOFF_MS));
  }

  private static Validator matching(Pattern pattern, String expected) {
    return (name, value) -> {
      // A missing required value has its own message.
      if (value != null && !pattern.matcher((String) value).matches()) {
        throw new ConfigException(name, value, "expected " + expected);
      }
    };
  }

  private static void checkEndpoint(String name, Object value) {
    String text = (String) value;
    if (text.isEmpty()) {
      return;
    }
    try {
      URI url = new URI(text);
      if (url.getHost() != null
          && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
        return;
      }
    } catch (URISyntaxException e) {
      // Reported below.
    }
    throw new ConfigException(name, value, "expected a URL such as http://127.0.0.1:9000");
  }
}

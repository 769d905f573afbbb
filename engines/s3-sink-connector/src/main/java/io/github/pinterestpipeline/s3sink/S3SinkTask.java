package io.github.pinterestpipeline.s3sink;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Kafka Connect task: a SinkWriter with the real S3, clock and metrics. */
public final class S3SinkTask extends SinkTask {
  /** The task's number within its connector, set by the connector. */
  static final String TASK_NUMBER = "s3sink.task.number";

  private static final String DEAD_LETTER_TOPIC = "errors.deadletterqueue.topic.name";

  private static final Logger LOG = LoggerFactory.getLogger(S3SinkTask.class);

  private final SinkMetrics metrics = new SinkMetrics();
  private String connector = "";
  private String number = "";
  private ObjectStore store;
  private SinkWriter writer;

  /** Called by Kafka Connect. */
  public S3SinkTask() {}

  @Override
  public void start(Map<String, String> props) {
    S3SinkConfig config = new S3SinkConfig(props);
    WriterSettings settings = config.writerSettings();
    connector = props.getOrDefault("name", "");
    number = props.getOrDefault(TASK_NUMBER, "0");
    store = S3ObjectStore.connect(config);
    checkAccess(settings.topicsDir());
    ErrantRecordReporter reporter = context.errantRecordReporter();
    ProduceFailures failures =
        new ProduceFailures(connector, number, props.getOrDefault(DEAD_LETTER_TOPIC, ""));
    writer =
        new SinkWriter(
            settings,
            store,
            context,
            () -> new DeadLetters(reporter, failures),
            metrics,
            () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
            new Backoff(settings.retryBackoffMs(), () -> ThreadLocalRandom.current().nextDouble()));
    metrics.register(connector, number);
  }

  /**
   * Fails fast if bucket, region or permissions are wrong; an unavailable S3 is not a reason to
   * fail.
   */
  private void checkAccess(String topicsDir) {
    try {
      store.list(topicsDir + "/", "");
    } catch (RetriableException e) {
      LOG.warn("S3 does not respond yet, continuing: {}", e.getMessage());
    }
  }

  @Override
  public void open(Collection<TopicPartition> partitions) {
    writer.open(partitions);
  }

  @Override
  public void put(Collection<SinkRecord> records) {
    writer.put(records);
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> preCommit(
      Map<TopicPartition, OffsetAndMetadata> currentOffsets) {
    return writer.committable(currentOffsets);
  }

  @Override
  public void close(Collection<TopicPartition> partitions) {
    writer.close(partitions);
  }

  @Override
  public void stop() {
    metrics.unregister(connector, number);
    if (store != null) {
      store.close();
    }
  }

  @Override
  public String version() {
    return Version.get();
  }
}

package io.github.pinterestpipeline.s3sink;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/**
 * Stores JSON records in S3, one a line, each exactly once, in immutable objects. Keys and values
 * must be read by the ByteArrayConverter.
 */
public final class S3SinkConnector extends SinkConnector {
  private Map<String, String> properties = Map.of();

  /** Called by Kafka Connect. */
  public S3SinkConnector() {}

  @Override
  public void start(Map<String, String> props) {
    properties = Map.copyOf(new S3SinkConfig(props).originalsStrings());
  }

  @Override
  public Class<? extends Task> taskClass() {
    return S3SinkTask.class;
  }

  @Override
  public List<Map<String, String>> taskConfigs(int maxTasks) {
    List<Map<String, String>> tasks = new ArrayList<>();
    for (int task = 0; task < maxTasks; task++) {
      Map<String, String> config = new HashMap<>(properties);
      config.put(S3SinkTask.TASK_NUMBER, Integer.toString(task));
      tasks.add(config);
    }
    return tasks;
  }

  @Override
  public void stop() {
    // No resources to release.
  }

  @Override
  public ConfigDef config() {
    return S3SinkConfig.DEFINITION;
  }

  @Override
  public String version() {
    return Version.get();
  }
}

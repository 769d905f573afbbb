package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.sink.SinkConnector;
import org.junit.jupiter.api.Test;

class S3SinkConnectorTest {
  @Test
  void isFoundByKafkaConnect() {
    List<SinkConnector> found =
        ServiceLoader.load(SinkConnector.class).stream().map(ServiceLoader.Provider::get).toList();
    assertEquals(1, found.size());
    assertEquals(S3SinkConnector.class, found.get(0).getClass());
    assertTrue(found.get(0).version().matches("\\d+\\.\\d+\\.\\d+"), found.get(0).version());
    assertEquals(found.get(0).version(), new S3SinkTask().version());
  }

  @Test
  void numbersItsTasks() {
    S3SinkConnector connector = new S3SinkConnector();
    connector.start(Map.of("name", "sink", S3SinkConfig.BUCKET, "my-bucket"));
    List<Map<String, String>> tasks = connector.taskConfigs(3);
    assertEquals(
        List.of("0", "1", "2"),
        tasks.stream().map(task -> task.get(S3SinkTask.TASK_NUMBER)).toList());
    assertEquals("my-bucket", tasks.get(2).get(S3SinkConfig.BUCKET));
    assertEquals(S3SinkTask.class, connector.taskClass());
  }

  @Test
  void refusesAWrongConfiguration() {
    assertThrows(ConfigException.class, () -> new S3SinkConnector().start(Map.of()));
  }
}

package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class SinkMetricsTest {
  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private final ObjectName name;

  SinkMetricsTest() throws Exception {
    name =
        new ObjectName(
            "io.github.pinterestpipeline.s3sink:type=S3SinkTask,connector=\"a:b,c\",task=2");
  }

  @Test
  void isReadByJmx() throws Exception {
    SinkMetrics metrics = new SinkMetrics();
    metrics.register("a:b,c", "2");
    metrics.written(10, 700, 3_000_000);
    metrics.written(5, 300, 1_000_000);
    metrics.rejected();
    metrics.skipped(4);
    metrics.conflict();
    metrics.buffered(7, 70);
    assertEquals(15L, server.getAttribute(name, "RecordsWritten"));
    assertEquals(2L, server.getAttribute(name, "ObjectsWritten"));
    assertEquals(1_000L, server.getAttribute(name, "BytesWritten"));
    assertEquals(1L, server.getAttribute(name, "RecordsRejected"));
    assertEquals(4L, server.getAttribute(name, "DuplicatesSkipped"));
    assertEquals(1L, server.getAttribute(name, "PutConflicts"));
    assertEquals(1.0, server.getAttribute(name, "UploadTimeLastMs"));
    assertEquals(3.0, server.getAttribute(name, "UploadTimeMaxMs"));
    assertEquals(7L, server.getAttribute(name, "BufferedRecords"));
    assertEquals(70L, server.getAttribute(name, "BufferedBytes"));
    metrics.unregister("a:b,c", "2");
    assertFalse(server.isRegistered(name));
  }

  @Test
  void aLateTaskDoesNotRemoveItsSuccessor() throws Exception {
    SinkMetrics late = new SinkMetrics();
    SinkMetrics successor = new SinkMetrics();
    late.register("a:b,c", "2");
    successor.register("a:b,c", "2");
    successor.rejected();
    late.unregister("a:b,c", "2");
    assertTrue(server.isRegistered(name));
    assertEquals(1L, server.getAttribute(name, "RecordsRejected"));
    successor.unregister("a:b,c", "2");
    assertFalse(server.isRegistered(name));
  }
}

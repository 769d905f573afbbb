package io.github.pinterestpipeline.s3sink;

import java.lang.management.ManagementFactory;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Metrics of one task. Written by the task's thread, read by JMX. */
public final class SinkMetrics implements SinkMetricsMBean {
  private static final Logger LOG = LoggerFactory.getLogger(SinkMetrics.class);
  private static final double NANOS_PER_MS = 1e6;

  /** Owner of each name: a task that ends late must not unregister its successor's metrics. */
  private static final ConcurrentMap<ObjectName, SinkMetrics> REGISTERED =
      new ConcurrentHashMap<>();

  private volatile long recordsWritten;
  private volatile long objectsWritten;
  private volatile long bytesWritten;
  private volatile long recordsRejected;
  private volatile long duplicatesSkipped;
  private volatile long putConflicts;
  private volatile double uploadTimeLastMs;
  private volatile double uploadTimeMaxMs;
  private volatile long bufferedRecords;
  private volatile long bufferedBytes;

  /** Registers the metrics under the task's name, replacing earlier ones. */
  void register(String connector, String task) {
    try {
      ObjectName name = name(connector, task);
      MBeanServer server = ManagementFactory.getPlatformMBeanServer();
      synchronized (REGISTERED) {
        if (server.isRegistered(name)) {
          server.unregisterMBean(name);
        }
        server.registerMBean(this, name);
        REGISTERED.put(name, this);
      }
    } catch (JMException e) {
      LOG.warn("The metrics of {}-{} cannot be registered with JMX", connector, task, e);
    }
  }

  /** Unregisters the metrics unless a successor has replaced them. */
  void unregister(String connector, String task) {
    try {
      ObjectName name = name(connector, task);
      synchronized (REGISTERED) {
        if (REGISTERED.remove(name, this)) {
          ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
        }
      }
    } catch (JMException e) {
      LOG.warn("The metrics of {}-{} cannot be unregistered from JMX", connector, task, e);
    }
  }

  private static ObjectName name(String connector, String task) throws JMException {
    return new ObjectName(
        "io.github.pinterestpipeline.s3sink:type=S3SinkTask,connector="
            + ObjectName.quote(connector)
            + ",task="
            + task);
  }

  // Only one thread writes, so a volatile number loses no count.

  void written(int records, int bytes, long nanos) {
    recordsWritten = recordsWritten + records;
    objectsWritten = objectsWritten + 1;
    bytesWritten = bytesWritten + bytes;
    uploadTimeLastMs = nanos / NANOS_PER_MS;
    uploadTimeMaxMs = Math.max(uploadTimeMaxMs, uploadTimeLastMs);
  }

  void rejected() {
    recordsRejected = recordsRejected + 1;
  }

  void skipped(int records) {
    duplicatesSkipped = duplicatesSkipped + records;
  }

  void conflict() {
    putConflicts = putConflicts + 1;
  }

  void buffered(long records, long bytes) {
    bufferedRecords = records;
    bufferedBytes = bytes;
  }

  @Override
  public long getRecordsWritten() {
    return recordsWritten;
  }

  @Override
  public long getObjectsWritten() {
    return objectsWritten;
  }

  @Override
  public long getBytesWritten() {
    return bytesWritten;
  }

  @Override
  public long getRecordsRejected() {
    return recordsRejected;
  }

  @Override
  public long getDuplicatesSkipped() {
    return duplicatesSkipped;
  }

  @Override
  public long getPutConflicts() {
    return putConflicts;
  }

  @Override
  public double getUploadTimeLastMs() {
    return uploadTimeLastMs;
  }

  @Override
  public double getUploadTimeMaxMs() {
    return uploadTimeMaxMs;
  }

  @Override
  public long getBufferedRecords() {
    return bufferedRecords;
  }

  @Override
  public long getBufferedBytes() {
    return bufferedBytes;
  }
}

package io.github.pinterestpipeline.s3sink;

/**
 * What one task has done since it started, as JMX shows it under {@code
 * io.github.pinterestpipeline.s3sink:type=S3SinkTask,connector=<name>,task=<number>}.
 */
public interface SinkMetricsMBean {
  /** Records in objects that this task wrote. */
  long getRecordsWritten();

  /** Objects written. */
  long getObjectsWritten();

  /** Bytes in objects written, line ends included. */
  long getBytesWritten();

  /** Records handed to the dead letters. */
  long getRecordsRejected();

  /** Records passed over because S3 held them already. */
  long getDuplicatesSkipped();

  /** Uploads refused because another writer, or an attempt before, had taken the name. */
  long getPutConflicts();

  /** Milliseconds that the newest upload took. */
  double getUploadTimeLastMs();

  /** Milliseconds that the longest upload took. */
  double getUploadTimeMaxMs();

  /** Records now waiting in buffers. */
  long getBufferedRecords();

  /** Bytes now waiting in buffers. */
  long getBufferedBytes();
}

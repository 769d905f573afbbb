package io.github.pinterestpipeline.s3sink;

/**
 * Metrics of one task since its start, in JMX under {@code
 * io.github.pinterestpipeline.s3sink:type=S3SinkTask,connector=<name>,task=<number>}.
 */
public interface SinkMetricsMBean {
  /** Records in objects that this task wrote. */
  long getRecordsWritten();

  /** Objects written. */
  long getObjectsWritten();

  /** Bytes in objects written, line ends included. */
  long getBytesWritten();

  /** Records reported to the dead-letter topic. */
  long getRecordsRejected();

  /** Records skipped because S3 had them already. */
  long getDuplicatesSkipped();

  /** Uploads refused because the key existed, from another writer or an earlier attempt. */
  long getPutConflicts();

  /** Milliseconds of the latest upload. */
  double getUploadTimeLastMs();

  /** Milliseconds of the longest upload. */
  double getUploadTimeMaxMs();

  /** Records currently buffered. */
  long getBufferedRecords();

  /** Bytes currently buffered. */
  long getBufferedBytes();
}

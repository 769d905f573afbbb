package io.github.pinterestpipeline.s3sink;

/**
 * Limits of objects, and their folder.
 *
 * @param topicsDir the folder of all topics, without leading or trailing slash
 * @param flushRecords maximum records, and offsets, of an object
 * @param flushBytes maximum size of an object, unless one record alone is larger
 * @param flushIntervalMs maximum time in milliseconds that the first record of an object waits
 * @param bufferMaxBytes maximum total size of a task's buffers, unless one record is larger
 * @param retryBackoffMs the first pause before a retry, in milliseconds
 */
record WriterSettings(
    String topicsDir,
    int flushRecords,
    int flushBytes,
    long flushIntervalMs,
    long bufferMaxBytes,
    long retryBackoffMs) {}

package io.github.pinterestpipeline.s3sink;

/**
 * When objects are cut, and where they go.
 *
 * @param topicsDir the folder of all topics, with no slash at either end
 * @param flushRecords the number of records, and of offsets, that an object covers at most
 * @param flushBytes the size of an object at most, unless one record alone is larger
 * @param flushIntervalMs how long the first record of an object waits at most, in milliseconds
 * @param bufferMaxBytes the size of all buffers of a task at most, unless one record is larger
 * @param retryBackoffMs the first pause before a retry, in milliseconds
 */
record WriterSettings(
    String topicsDir,
    int flushRecords,
    int flushBytes,
    long flushIntervalMs,
    long bufferMaxBytes,
    long retryBackoffMs) {}

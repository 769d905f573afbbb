package io.github.pinterestpipeline.spark;

import io.delta.storage.HadoopFileSystemLogStore;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.Arrays;
import java.util.Iterator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Path;

/**
 * Commits to Delta tables on S3 by conditional PUT ({@code If-None-Match: *}), as delta-rs does, so
 * that any number of writers of both kinds can share a table. Delta Lake's own log stores for S3
 * are safe within one driver only, or keep the commits in a DynamoDB table that delta-rs would have
 * to know.
 *
 * <p>Needs S3A of Hadoop 3.4.2 or newer: an older one, or a file system that cannot create a file
 * on that condition, refuses the mandatory option, and the commit fails with nothing written.
 */
public final class ConditionalPutLogStore extends HadoopFileSystemLogStore {
  /**
   * @param configuration Hadoop's configuration, as Delta Lake passes it
   */
  public ConditionalPutLogStore(Configuration configuration) {
    super(configuration);
  }

  /**
   * Writes a log file atomically.
   *
   * @param overwrite whether an existing file may be replaced
   * @throws FileAlreadyExistsException if another writer's file exists
   */
  @Override
  public void write(
      Path path, Iterator<String> actions, Boolean overwrite, Configuration configuration)
      throws IOException {
    byte[] content = bytesOf(actions);
    FileSystem fileSystem = path.getFileSystem(configuration);
    if (overwrite) {
      try (FSDataOutputStream output = fileSystem.create(path, true)) {
        output.write(content);
      }
      return;
    }
    try {
      create(fileSystem, path, content);
    } catch (IOException e) {
      // The response to a successful PUT may have been lost and its retry refused. A commit names
      // its own transaction, so another writer's is never the same.
      byte[] found = read(fileSystem, path);
      if (found == null) {
        throw e;
      }
      if (!Arrays.equals(found, content)) {
        FileAlreadyExistsException exists = new FileAlreadyExistsException(path.toString());
        exists.initCause(e);
        throw exists;
      }
    }
  }

  private static void create(FileSystem fileSystem, Path path, byte[] content) throws IOException {
    FSDataOutputStreamBuilder<?, ?> builder = fileSystem.createFile(path);
    builder.create().overwrite(true);
    builder.must(CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE, true);
    try (FSDataOutputStream output = builder.build()) {
      output.write(content);
    }
  }

  private static byte[] bytesOf(Iterator<String> actions) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (actions.hasNext()) {
      bytes.write(actions.next().getBytes(StandardCharsets.UTF_8));
      bytes.write('\n');
    }
    return bytes.toByteArray();
  }

  /** A file's content; null if it does not exist. */
  private static byte[] read(FileSystem fileSystem, Path path) throws IOException {
    try (FSDataInputStream input = fileSystem.open(path)) {
      return input.readAllBytes();
    } catch (FileNotFoundException e) {
      return null;
    }
  }

  /** An object only becomes visible when its upload is complete. */
  @Override
  public Boolean isPartialWriteVisible(Path path, Configuration configuration) {
    return false;
  }
}

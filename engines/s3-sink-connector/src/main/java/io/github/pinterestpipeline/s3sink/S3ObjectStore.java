package io.github.pinterestpipeline.s3sink;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Objects in an S3 bucket. Credentials come from the AWS default chain. */
final class S3ObjectStore implements ObjectStore {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);

  private final S3Client client;
  private final String bucket;
  private final S3Errors errors;

  private S3ObjectStore(S3Client client, String bucket) {
    this.client = client;
    this.bucket = bucket;
    this.errors = new S3Errors(bucket);
  }

  /** Creates a client; nothing is sent yet. */
  static S3ObjectStore connect(S3SinkConfig config) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(CONNECT_TIMEOUT)
                    .socketTimeout(SOCKET_TIMEOUT))
            // Every object is sent with our own checksum header. Other checksums, and chunked
            // signatures, need a body encoding that not every S3 server supports.
            .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            // Kafka Connect retries, and keeps the task in its group meanwhile.
            .overrideConfiguration(
                override ->
                    override
                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                        .apiCallTimeout(CALL_TIMEOUT));
    config.region().map(Region::of).ifPresent(builder::region);
    config
        .endpoint()
        .map(URI::create)
        .ifPresent(endpoint -> builder.endpointOverride(endpoint).forcePathStyle(true));
    return new S3ObjectStore(builder.build(), config.bucket());
  }

  @Override
  public Page list(String prefix, String startAfter) {
    return call(
        "list " + prefix,
        () -> {
          ListObjectsV2Response response =
              client.listObjectsV2(
                  request ->
                      request
                          .bucket(bucket)
                          .prefix(prefix)
                          .startAfter(startAfter.isEmpty() ? null : startAfter));
          List<String> names = response.contents().stream().map(S3Object::key).toList();
          return new Page(names, Boolean.TRUE.equals(response.isTruncated()));
        });
  }

  @Override
  public Optional<Map<String, String>> metadata(String key) {
    return call(
        "read the metadata of " + key,
        () -> {
          try {
            return Optional.of(
                client.headObject(request -> request.bucket(bucket).key(key)).metadata());
          } catch (S3Exception e) {
            if (e.statusCode() == 404) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  @Override
  public PutResult putIfAbsent(
      String key, byte[] content, int length, Map<String, String> metadata) {
    PutObjectRequest request =
        PutObjectRequest.builder()
            .bucket(bucket)
            .key(key)
            .ifNoneMatch("*")
            .contentType("application/x-ndjson")
            .checksumCRC32(crc32(content, length))
            .metadata(metadata)
            .build();
    RequestBody body =
        RequestBody.fromContentProvider(
            () -> new ByteArrayInputStream(content, 0, length), length, request.contentType());
    return call(
        "write " + key,
        () -> {
          try {
            client.putObject(request, body);
            return PutResult.CREATED;
          } catch (S3Exception e) {
            if (e.statusCode() == 412) {
              return PutResult.EXISTS;
            }
            throw e;
          }
        });
  }

  private <T> T call(String what, Supplier<T> action) {
    try {
      return action.get();
    } catch (SdkException e) {
      throw errors.translate(what, e);
    }
  }

  private static String crc32(byte[] content, int length) {
    CRC32 crc = new CRC32();
    crc.update(content, 0, length);
    byte[] value = ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array();
    return Base64.getEncoder().encodeToString(value);
  }

  @Override
  public void close() {
    client.close();
  }
}

package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real SDK client against a scripted HTTP server. */
class S3ObjectStoreTest {
  private static final byte[] CONTENT = "{}\nrest of the array".getBytes(StandardCharsets.UTF_8);

  private HttpServer server;
  private S3ObjectStore store;
  private int requests;
  private HttpExchange last;
  private byte[] lastBody = {};
  private int status = 200;
  private String body = "";

  @BeforeEach
  void start() throws IOException {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::respond);
    server.start();
    store = connect("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private static S3ObjectStore connect(String endpoint) {
    return S3ObjectStore.connect(
        new S3SinkConfig(
            Map.of(
                S3SinkConfig.BUCKET, "my-bucket",
                S3SinkConfig.REGION, "us-east-1",
                S3SinkConfig.ENDPOINT, endpoint)));
  }

  @AfterEach
  void stop() {
    store.close();
    server.stop(0);
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  private void respond(HttpExchange exchange) throws IOException {
    requests++;
    last = exchange;
    lastBody = exchange.getRequestBody().readAllBytes();
    exchange.getResponseHeaders().add("x-amz-meta-last-offset", "41");
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    boolean empty = bytes.length == 0 || exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, empty ? -1 : bytes.length);
    if (!empty) {
      exchange.getResponseBody().write(bytes);
    }
    exchange.close();
  }

  private ObjectStore.PutResult put() {
    return store.putIfAbsent("topics/a+0+1.json", CONTENT, 3, Map.of("last-offset", "41"));
  }

  private void fail(int code, String name) {
    status = code;
    body = "<Error><Code>" + name + "</Code><Message>the cause</Message></Error>";
  }

  @Test
  void putsOnlyWhereNothingIs() {
    assertEquals(ObjectStore.PutResult.CREATED, put());
    assertEquals("PUT", last.getRequestMethod());
    assertEquals("/my-bucket/topics/a+0+1.json", last.getRequestURI().getPath());
    assertEquals("*", last.getRequestHeaders().getFirst("If-None-Match"));
    assertEquals("41", last.getRequestHeaders().getFirst("x-amz-meta-last-offset"));
    assertEquals("3", last.getRequestHeaders().getFirst("Content-Length"));
    assertEquals("{}\n", new String(lastBody, StandardCharsets.UTF_8));
    CRC32 crc = new CRC32();
    crc.update(lastBody);
    assertEquals(
        Base64.getEncoder()
            .encodeToString(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array()),
        last.getRequestHeaders().getFirst("x-amz-checksum-crc32"));
  }

  @Test
  void reportsThatAKeyExists() {
    fail(412, "PreconditionFailed");
    assertEquals(ObjectStore.PutResult.EXISTS, put());
    assertEquals(1, requests);
  }

  @ParameterizedTest
  @CsvSource({
    "409, ConditionalRequestConflict",
    "429, TooManyRequests",
    "500, InternalError",
    "502, ''",
    "503, SlowDown",
    "400, RequestTimeout",
    "400, ExpiredToken",
    "400, BadDigest",
    "403, RequestTimeTooSkewed"
  })
  void faultsThatPassAreLeftToKafkaConnect(int code, String name) {
    fail(code, name);
    ConnectException e = assertThrows(ConnectException.class, this::put);
    assertInstanceOf(RetriableException.class, e);
    assertTrue(e.getMessage().contains("write topics/a+0+1.json in bucket my-bucket"));
    assertEquals(1, requests, "the SDK must not retry by itself");
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied, s3:PutObject",
    "403, InvalidAccessKeyId, s3:ListBucket on arn:aws:s3:::my-bucket",
    "404, NoSuchBucket, s3.bucket.name",
    "301, PermanentRedirect, fix s3.region",
    "400, InvalidArgument, Fix the cause given in the response"
  })
  void otherFaultsCarryAdvice(int code, String name, String advice) {
    fail(code, name);
    ConnectException e = assertThrows(ConnectException.class, this::put);
    assertFalse(e instanceof RetriableException, e.toString());
    assertTrue(e.getMessage().contains(advice), e.getMessage());
  }

  @Test
  void aServerThatIsAwayPasses() {
    server.stop(0);
    assertThrows(RetriableException.class, this::put);
    assertThrows(RetriableException.class, () -> store.list("topics/", ""));
  }

  @Test
  void readsMetadata() {
    assertEquals(Optional.of(Map.of("last-offset", "41")), store.metadata("a"));
    status = 404;
    assertEquals(Optional.empty(), store.metadata("a"));
    status = 403;
    assertThrows(ConnectException.class, () -> store.metadata("a"));
  }

  @Test
  void lists() {
    body =
        "<ListBucketResult><IsTruncated>true</IsTruncated>"
            + "<Contents><Key>t/a+0+1.json</Key></Contents>"
            + "<Contents><Key>t/a+0+2.json</Key></Contents></ListBucketResult>";
    ObjectStore.Page page = store.list("t/a+0+", "t/a+0+0.json");
    assertEquals(List.of("t/a+0+1.json", "t/a+0+2.json"), page.keys());
    assertTrue(page.more());
    String query = last.getRequestURI().getQuery();
    assertTrue(query.contains("prefix=t/a+0+") && query.contains("start-after=t/a+0+0.json"));
    body = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    assertEquals(new ObjectStore.Page(List.of(), false), store.list("t/", ""));
    assertFalse(last.getRequestURI().getQuery().contains("start-after"));
  }
}

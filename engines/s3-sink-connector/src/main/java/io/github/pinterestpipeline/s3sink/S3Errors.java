package io.github.pinterestpipeline.s3sink;

import java.io.IOException;
import java.util.Set;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Separates transient errors from those that must be fixed. */
final class S3Errors {
  /**
   * Codes of transient 4xx responses: conflicts, throttling, a body corrupted in transit,
   * credentials being renewed.
   */
  private static final Set<String> PASSING_CODES =
      Set.of(
          "ConditionalRequestConflict",
          "OperationAborted",
          "BadDigest",
          "IncompleteBody",
          "XAmzContentChecksumMismatch",
          "RequestTimeout",
          "RequestTimeTooSkewed",
          "RequestExpired",
          "ExpiredToken",
          "ExpiredTokenException",
          "SlowDown",
          "TooManyRequests",
          "Throttling",
          "ThrottlingException");

  private final String bucket;

  S3Errors(String bucket) {
    this.bucket = bucket;
  }

  /**
   * Converts an error for Kafka Connect.
   *
   * @param what the action, after "could not"
   * @return a {@link RetriableException} for a transient error, else another ConnectException whose
   *     message says how to fix it
   */
  ConnectException translate(String what, SdkException e) {
    String problem =
        String.format("S3 could not %s in bucket %s: %s", what, bucket, e.getMessage());
    return passes(e)
        ? new RetriableException(problem, e)
        : new ConnectException(problem + " " + advice(e), e);
  }

  private static boolean passes(SdkException e) {
    if (e instanceof S3Exception response) {
      int status = response.statusCode();
      return status >= 500
          || status == 429
          || status == 408
          || status == 409
          || PASSING_CODES.contains(code(response));
    }
    return e instanceof ApiCallTimeoutException
        || e instanceof ApiCallAttemptTimeoutException
        || e instanceof AbortedException
        || hasIoCause(e);
  }

  private static boolean hasIoCause(Throwable e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException) {
        return true;
      }
    }
    return false;
  }

  private static String code(S3Exception e) {
    return e.awsErrorDetails() == null ? "" : String.valueOf(e.awsErrorDetails().errorCode());
  }

  private String advice(SdkException e) {
    if (!(e instanceof S3Exception response)) {
      return "Give the worker credentials by the AWS default chain (a role, the environment or a"
          + " profile) and set s3.region, then restart the connector.";
    }
    if (code(response).equals("NoSuchBucket") || response.statusCode() == 404) {
      return "Create the bucket or fix s3.bucket.name and s3.region, then restart the connector.";
    }
    if (response.statusCode() == 403) {
      return String.format(
          "Allow the worker's role s3:ListBucket on arn:aws:s3:::%s, s3:GetObject and"
              + " s3:PutObject on its objects, then restart the connector.",
          bucket);
    }
    if (response.statusCode() == 301) {
      return "The bucket is in another region: fix s3.region, then restart the connector.";
    }
    return "Fix the cause given in the response, then restart the connector.";
  }
}

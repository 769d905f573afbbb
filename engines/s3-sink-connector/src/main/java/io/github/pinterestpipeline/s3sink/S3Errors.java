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

/** Tells faults that pass from those that somebody must mend. */
final class S3Errors {
  /**
   * Codes of 4xx answers that pass by themselves: conflicts, throttling, a body damaged on its way,
   * keys being renewed.
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
   * Makes the exception that Kafka Connect understands.
   *
   * @param what the action, after "could not"
   * @return a {@link RetriableException} if the fault passes, else another ConnectException whose
   *     message says how to mend it
   */
  ConnectException translate(String what, SdkException e) {
    String problem =
        String.format("S3 could not %s in bucket %s: %s", what, bucket, e.getMessage());
    return passes(e)
        ? new RetriableException(problem, e)
        : new ConnectException(problem + " " + advice(e), e);
  }

  private static boolean passes(SdkException e) {
    if (e instanceof S3Exception answer) {
      int status = answer.statusCode();
      return status >= 500
          || status == 429
          || status == 408
          || status == 409
          || PASSING_CODES.contains(code(answer));
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
    if (!(e instanceof S3Exception answer)) {
      return "Give the worker credentials by the AWS default chain (a role, the environment or a"
          + " profile) and set s3.region, then restart the connector.";
    }
    if (code(answer).equals("NoSuchBucket") || answer.statusCode() == 404) {
      return "Create the bucket or mend s3.bucket.name and s3.region, then restart the connector.";
    }
    if (answer.statusCode() == 403) {
      return String.format(
          "Allow the worker's role s3:ListBucket on arn:aws:s3:::%s, s3:GetObject and"
              + " s3:PutObject on its objects, then restart the connector.",
          bucket);
    }
    if (answer.statusCode() == 301) {
      return "The bucket is in another region: mend s3.region, then restart the connector.";
    }
    return "Mend what the answer says, then restart the connector.";
  }
}

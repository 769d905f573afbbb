package io.github.pinterestpipeline.s3sink;

/**
 * A record's value is not a JSON object; the message is sent to the dead-letter topic as the
 * reason.
 */
final class InvalidValueException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidValueException(String reason) {
    this("The value is not one JSON object: ", reason);
  }

  private InvalidValueException(String beginning, String reason) {
    super(beginning + reason);
  }

  /** With the same text as the cleaning's rejects (engines/sql/duckdb.sql). */
  static InvalidValueException asCleaned(String reason) {
    return new InvalidValueException("", reason);
  }
}

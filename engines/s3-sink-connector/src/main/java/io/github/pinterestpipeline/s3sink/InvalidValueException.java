package io.github.pinterestpipeline.s3sink;

/** A record's value is no JSON object; the message says why and goes to the dead letters. */
final class InvalidValueException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidValueException(String reason) {
    this("The value is not one JSON object: ", reason);
  }

  private InvalidValueException(String beginning, String reason) {
    super(beginning + reason);
  }

  /** With the very words in which the cleaning (engines/sql/engines) refuses the same on the streams. */
  static InvalidValueException asCleaned(String reason) {
    return new InvalidValueException("", reason);
  }
}

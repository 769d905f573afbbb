package io.github.pinterestpipeline.s3sink;

/** A record's value is no JSON object; the message says why and goes to the dead letters. */
final class InvalidValueException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidValueException(String reason) {
    super("The value is not one JSON object: " + reason);
  }
}

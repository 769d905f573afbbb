package io.github.pinterestpipeline.s3sink;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Checks that bytes are UTF-8 suitable for JSON: well formed, no byte order mark, no zero byte. */
final class Utf8 {
  private static final int PART = 8 * 1024;

  private Utf8() {}

  /**
   * Checks the bytes.
   *
   * @throws InvalidValueException with the position of the first invalid byte
   */
  static void check(byte[] bytes) throws InvalidValueException {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer part = CharBuffer.allocate(PART);
    CoderResult result;
    do {
      int start = in.position();
      result = decoder.decode(in, part.clear(), true);
      if (start == 0 && part.position() > 0 && part.get(0) == '\ufeff') {
        throw new InvalidValueException("it starts with a byte order mark");
      }
      for (int i = start; i < in.position(); i++) {
        if (bytes[i] == 0) {
          throw new InvalidValueException("there is a zero byte at byte " + i);
        }
      }
    } while (result.isOverflow());
    if (result.isError()) {
      throw new InvalidValueException("it is not UTF-8 at byte " + in.position());
    }
  }
}

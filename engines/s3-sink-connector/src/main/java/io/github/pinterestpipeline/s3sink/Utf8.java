package io.github.pinterestpipeline.s3sink;

/** Checks that bytes are UTF-8 suitable for JSON: well formed, no byte order mark, no zero byte. */
final class Utf8 {
  private Utf8() {}

  /**
   * Checks the bytes.
   *
   * @throws InvalidValueException with the position of the first invalid byte
   */
  static void check(byte[] bytes) throws InvalidValueException {
    if (bytes.length >= 3
        && bytes[0] == (byte) 0xEF
        && bytes[1] == (byte) 0xBB
        && bytes[2] == (byte) 0xBF) {
      throw new InvalidValueException("it starts with a byte order mark");
    }
    int i = 0;
    while (i < bytes.length) {
      int lead = bytes[i];
      if (lead > 0) {
        i++;
      } else if (lead == 0) {
        throw new InvalidValueException("there is a zero byte at byte " + i);
      } else {
        int length = sequenceLength(bytes, i);
        if (length == 0) {
          throw new InvalidValueException("it is not UTF-8 at byte " + i);
        }
        i += length;
      }
    }
  }

  /** The length of the multi-byte sequence at i, or 0 if it is malformed (RFC 3629, section 4). */
  private static int sequenceLength(byte[] bytes, int i) {
    int lead = bytes[i] & 0xFF;
    int length;
    if (lead >= 0xC2 && lead <= 0xDF) {
      length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      length = 3;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      length = 4;
    } else {
      return 0;
    }
    if (i + length > bytes.length) {
      return 0;
    }
    // The second byte's range excludes overlong forms, surrogates and code points over U+10FFFF.
    int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    int second = bytes[i + 1] & 0xFF;
    if (second < low || second > high) {
      return 0;
    }
    for (int k = i + 2; k < i + length; k++) {
      if ((bytes[k] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}

package io.github.pinterestpipeline.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberTextTest {
  /** The rendering of a value by DuckDB 1.5.5. */
  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "-0, 0",
    "18446744073709551616, 18446744073709551616",
    "1.0, 1.0",
    "1.50, 1.5",
    "-0.0, -0.0",
    "0e0, 0.0",
    "1E5, 100000.0",
    "1e15, 1000000000000000.0",
    "1e16, 1e+16",
    "1e21, 1e+21",
    "100000000000000000000.0, 1e+20",
    "123456789012345678.5, 1.2345678901234568e+17",
    "0.0001, 0.0001",
    "1e-5, 1e-05",
    "1.5e-7, 1.5e-07",
    "0.30000000000000004, 0.30000000000000004",
    "12345678.123456789012, 12345678.12345679",
    "5e-324, 5e-324",
    // A power of two whose nearest decimal of 16 digits is the float below it.
    "5.9604644775390625e-08, 5.960464477539063e-08",
    "1e-400, 0.0",
    "1.7976931348623157e308, 1.7976931348623157e+308",
    "-1e400, -1e400",
  })
  void writesAsDuckDbDoes(String number, String value) {
    assertEquals(value, NumberText.of(number));
  }

  @Test
  void isTheSameFloatInNoMoreDigitsThanJavaGives() {
    SplittableRandom random = new SplittableRandom(1);
    for (int count = 0; count < 20_000; count++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        String text = NumberText.of(Double.toString(value));
        assertEquals(value, Double.parseDouble(text));
        assertTrue(digits(text) <= digits(Double.toString(value)), text);
      }
    }
  }

  private static int digits(String number) {
    return new BigDecimal(number).stripTrailingZeros().precision();
  }
}

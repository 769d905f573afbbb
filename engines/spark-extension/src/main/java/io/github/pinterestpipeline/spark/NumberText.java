package io.github.pinterestpipeline.spark;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * The text of a JSON number as DuckDB renders it: whole numbers unchanged, others as the shortest
 * decimal of the same 64-bit float, and unchanged if too large for one.
 */
final class NumberText {
  /** Significant decimal digits of a float. */
  private static final int SURE_DIGITS = 15;

  private static final int MOST_DIGITS = 17;

  /** Decimal exponents of numbers that are written without one. */
  private static final int LEAST_PLAIN = -4;

  private static final int MOST_PLAIN = 15;

  private NumberText() {}

  /**
   * The text of a value.
   *
   * @param number as written in the JSON
   */
  static String of(String number) {
    if (isWhole(number)) {
      return number.equals("-0") ? "0" : number;
    }
    double value = Double.parseDouble(number);
    if (Double.isInfinite(value)) {
      return number;
    }
    String sign = number.startsWith("-") ? "-" : "";
    if (value == 0) {
      return sign + "0.0";
    }
    BigDecimal shortest = shortest(Math.abs(value)).stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (LEAST_PLAIN <= exponent && exponent <= MOST_PLAIN) {
      String plain = shortest.toPlainString();
      return sign + (plain.contains(".") ? plain : plain + ".0");
    }
    String digits = shortest.unscaledValue().toString();
    String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
    String power = String.format("%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
    return sign + digits.charAt(0) + fraction + "e" + power;
  }

  private static boolean isWhole(String number) {
    return number.indexOf('.') < 0 && number.indexOf('e') < 0 && number.indexOf('E') < 0;
  }

  /** {@link Double#toString} of JDK 17 is not always the shortest. */
  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    // Below the normal range a float has fewer digits than that.
    for (int digits = value < Double.MIN_NORMAL ? 1 : SURE_DIGITS; digits < MOST_DIGITS; digits++) {
      // Below a power of two floats are closer together than above it: the nearest decimal may
      // belong to another float, and the one above still to this one.
      for (RoundingMode mode : new RoundingMode[] {RoundingMode.HALF_EVEN, RoundingMode.CEILING}) {
        BigDecimal rounded = exact.round(new MathContext(digits, mode));
        if (rounded.doubleValue() == value) {
          return rounded;
        }
      }
    }
    return exact.round(new MathContext(MOST_DIGITS, RoundingMode.HALF_EVEN));
  }
}

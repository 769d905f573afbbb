/** Parsers of option values for commander. Each refuses with a sentence that says what is expected. */
import { InvalidArgumentError } from 'commander';

/** Lets commander report what a check of ours throws. */
export function checked<T>(check: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return check(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}

/** A parser of whole numbers from `least` to `most`, in decimal digits only. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return checked((text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      const example = Math.max(least, Math.min(most, 11_000));
      throw new Error(`Expected a whole number from ${least} to ${most}, for example ${example}.`);
    }
    return value;
  });
}

/**
 * A parser of numbers from 0 to `most`, with or without decimals.
 *
 * @param what what the number is, for example "posts a second".
 */
export function decimalNumber(what: string, most: number, example: number): (text: string) => number {
  return checked((text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value > most) {
      throw new Error(`Expected ${what} from 0 to ${most}, for example ${example}.`);
    }
    return value;
  });
}

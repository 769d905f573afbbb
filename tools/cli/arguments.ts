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

/** A parser of times in ISO 8601, from days to milliseconds. Without a zone they are UTC. */
export const isoTime: (text: string) => Date = checked((text) => {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/.exec(text);
  const [, date = '', time = '00:00', zone = 'Z'] = match ?? [];
  const found = new Date(`${date}T${time}${zone}`);
  // JavaScript takes the 31st of April for the 1st of May.
  const isDay = new Date(`${date}T00:00Z`).getUTCDate() === Number(date.slice(8));
  if (!isDay || Number.isNaN(found.getTime())) {
    throw new Error('Expected a time in ISO 8601, for example 2026-01-31T12:00:00Z.');
  }
  return found;
});

/** The path of a file. */
export const filePath: (text: string) => string = checked((text) => {
  if (text === '') throw new Error('Expected the path of a file, for example report.html.');
  return text;
});

/** An amount of memory, as the engines take it. */
export const memorySize: (text: string) => string = checked((text) => {
  // As `memory` of `table_engine/argument_types.py`.
  if (/^[1-9][0-9]*(\.[0-9]+)?\s*(MB|GB|MiB|GiB)$/.test(text)) return text;
  throw new Error('Expected an amount of memory in MB, GB, MiB or GiB, for example 500MB or 1.5GB.');
});

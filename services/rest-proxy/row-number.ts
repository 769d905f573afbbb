/**
 * Which post a record of a feed's topic belongs to: the row number in its value, parsed as the cleaning does
 * (`whole_number` in `engines/sql/duckdb.sql`). All rows of a post go to one partition, where the newest has the highest
 * offset.
 */
import { isNamed, kindAt, scanValue, stringAt } from './json-scanner';
import { partitionOfKey } from './partitioner';

/** Finds the row numbers of values while they are scanned, one after the other. */
export class RowNumberFinder {
  private valueStart: number | undefined;

  /**
   * @param text the text that is scanned.
   * @param member the name of the field with the row number.
   */
  constructor(
    private readonly text: Buffer,
    private readonly member: string,
  ) {}

  /** Receives a member of the value from `scanValue`. The last of duplicate fields counts, as in the cleaning. */
  readonly visit = (nameStart: number, valueStart: number): void => {
    if (isNamed(this.text, nameStart, this.member)) this.valueStart = valueStart;
  };

  /** The row number of the value scanned since the last call; undefined where the cleaning finds none. */
  take(): number | undefined {
    const at = this.valueStart;
    this.valueStart = undefined;
    return at === undefined ? undefined : rowNumberAt(this.text, at);
  }
}

/** A 32-bit integer: a number with that value (`17`, `17.0`, `1.7e1`), or a string of digits (`"17"`, `"17.0"`). */
function rowNumberAt(text: Buffer, at: number): number | undefined {
  const kind = kindAt(text, at);
  let number = NaN;
  if (kind === 'a number') number = Number(text.toString('latin1', at, scanValue(text, at)));
  else if (kind === 'a string')
    number = Number(/^(-?[0-9]+)(?:[.]0+)?$/.exec(stringAt(text, at))?.[1] ?? NaN);
  // Normalise -0.
  return number === (number | 0) ? number | 0 : undefined;
}

/** A row number as a key: the bytes that a producer with row numbers as keys sends. */
export function keyOfRowNumber(rowNumber: number): Buffer {
  return Buffer.from(String(rowNumber));
}

/** The partition of all rows of a post: that of its row number as a key. */
export function partitionOfRowNumber(rowNumber: number, partitions: number): number {
  return partitionOfKey(keyOfRowNumber(rowNumber), partitions);
}

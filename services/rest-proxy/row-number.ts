/**
 * Which post a record of a feed's topic belongs to: the row number in its value, read as the cleaning reads it
 * (`whole_number` in `engines/sql/engines/`). All rows of a post go to one partition, where offsets say which is the newest.
 */
import { isNamed, kindAt, scanValue, stringAt } from './json-scanner';
import { partitionOfKey } from './partitioner';

/** Finds the row numbers of values, one after the other, while they are scanned. */
export class RowNumberFinder {
  private valueStart: number | undefined;

  /**
   * @param text what is scanned.
   * @param member the name of the member that holds the row number.
   */
  constructor(
    private readonly text: Buffer,
    private readonly member: string,
  ) {}

  /** Takes note of a member of the value, as `scanValue` finds it. Of one that is there twice the last counts, as in the cleaning. */
  readonly visit = (nameStart: number, valueStart: number): void => {
    if (isNamed(this.text, nameStart, this.member)) this.valueStart = valueStart;
  };

  /** The row number of the value that was scanned since the last call; undefined when the cleaning would find none. */
  take(): number | undefined {
    const at = this.valueStart;
    this.valueStart = undefined;
    return at === undefined ? undefined : rowNumberAt(this.text, at);
  }
}

/** A whole number in 32 bits: any number that is one (`17`, `17.0`, `1.7e1`), or a string of digits (`"17"`, `"17.0"`). */
function rowNumberAt(text: Buffer, at: number): number | undefined {
  const kind = kindAt(text, at);
  let number = NaN;
  if (kind === 'a number') number = Number(text.toString('latin1', at, scanValue(text, at)));
  else if (kind === 'a string')
    number = Number(/^(-?[0-9]+)(?:[.]0+)?$/.exec(stringAt(text, at))?.[1] ?? NaN);
  // Zero has no sign.
  return number === (number | 0) ? number | 0 : undefined;
}

/** A row number as a key: the bytes of a producer that keys its records by row number. */
export function keyOfRowNumber(rowNumber: number): Buffer {
  return Buffer.from(String(rowNumber));
}

/** The partition of all rows of a post: that of its row number as a key. */
export function partitionOfRowNumber(rowNumber: number, partitions: number): number {
  return partitionOfKey(keyOfRowNumber(rowNumber), partitions);
}

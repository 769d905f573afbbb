/**
 * The draw: which post is at which position of a run's sequence. It depends only on the mode, the seed, the position
 * and the existing row numbers, so a run can be continued at any position.
 */
import { RandomStream } from '../source/random';
import type { EmulatorMode } from './options';

/** Separates this stream of random numbers from others of the same seed. */
export const DRAW_PURPOSE = 101;

/**
 * Creates the function from a position (0, 1, 2 …) to a row number.
 *
 * In mode `all` the sequence is the row numbers ascending, so later posts with larger numbers extend it. In mode
 * `random` every position is an independent, uniform draw.
 *
 * @param rowNumbers the existing row numbers, ascending, at least one.
 */
export function createDraw(
  mode: EmulatorMode,
  seed: number,
  rowNumbers: ArrayLike<number>,
): (position: number) => number {
  const random = new RandomStream();
  return (position) => {
    const index =
      mode === 'all'
        ? position
        : Math.floor(random.reset(seed, DRAW_PURPOSE, position).fraction() * rowNumbers.length);
    const rowNumber = rowNumbers[index];
    if (rowNumber === undefined) {
      throw new RangeError(
        `There is no post at position ${position}: the source holds ${rowNumbers.length} posts.`,
      );
    }
    return rowNumber;
  };
}

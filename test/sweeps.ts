/**
 * Sweeps over every moment or every case: a sample of them by a seed, or, with TESTS_EXHAUSTIVE set, all of them.
 *
 * TESTS_SEED (1) chooses the sample; a failed test shows it in its name. `npm test` draws a seed and prints it;
 * `npm run test:exhaustive` takes all. The Python tests have the same in engines/table-engine/tests/sweeps.py.
 */
import { createHash } from 'node:crypto';

/** Whether sweeps are whole. */
export const IS_EXHAUSTIVE = Boolean(process.env.TESTS_EXHAUSTIVE);

/** What chooses the samples. */
export const SEED = Number(process.env.TESTS_SEED ?? 1);

/** A number from 0 up to, and not including, 1; the same for the same seed and text. */
export function chance(seed: number, text: string): number {
  return createHash('sha256').update(`${seed} ${text}`).digest().readUInt32BE() / 2 ** 32;
}

/** `size` of the cases, in their order; all of them in an exhaustive run. `sweep` names the sweep. */
export function sample<T>(sweep: string, cases: readonly T[], size: number): T[] {
  if (IS_EXHAUSTIVE) return [...cases];
  const order = cases.map((_, index) => index);
  order.sort((a, b) => chance(SEED, `${sweep} ${a}`) - chance(SEED, `${sweep} ${b}`));
  const chosen = new Set(order.slice(0, size));
  return cases.filter((_, index) => chosen.has(index));
}

/**
 * A small, fast, seeded random number generator (sfc32), used wherever the same seed must give the same result. It uses
 * only 32-bit integer arithmetic and multiplication, so every engine and platform gives the same sequence.
 */

/** The largest seed: seeds are safe integers from 0. */
export const MAX_SEED = Number.MAX_SAFE_INTEGER;

/**
 * Checks a seed.
 *
 * @returns the same number.
 * @throws RangeError when it is no integer from 0 to {@link MAX_SEED}.
 */
export function checkSeed(seed: number): number {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(
      `The seed ${seed} cannot be used: expected an integer from 0 to ${MAX_SEED}, for example 100.`,
    );
  }
  return seed;
}

/** Spreads every bit of a 32-bit integer over the whole word. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) | 0;
}

const TWO_TO_32 = 4294967296;

/**
 * One stream of random numbers. `reset` moves it to the start of the stream of (seed, purpose, index), so item `index`
 * can be generated without those before it, and without allocations.
 */
export class RandomStream {
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 1;

  /**
   * @param seed a safe integer from 0.
   * @param purpose separates streams of one seed (an integer below 2^32).
   * @param index the item, a safe integer from 0.
   */
  reset(seed: number, purpose: number, index: number): this {
    this.a = mix(seed ^ 0x9e3779b9);
    this.b = mix(Math.floor(seed / TWO_TO_32) + Math.imul(purpose, 0x85ebca6b) + this.a);
    this.c = mix(index ^ this.b);
    this.d = mix(Math.floor(index / TWO_TO_32) + 0x68e31da4 + this.c);
    for (let round = 0; round < 10; round++) this.next();
    return this;
  }

  /** The next integer from 0 to 2^32 - 1. */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + sum) | 0;
    return sum >>> 0;
  }

  /** A number from 0 (included) to 1 (excluded) with 53 random bits. */
  fraction(): number {
    return ((this.next() >>> 5) * 67108864 + (this.next() >>> 6)) / 9007199254740992;
  }

  /** An integer from 0 to `limit` - 1, evenly. `limit` is 1 to 2^32. */
  below(limit: number): number {
    return Math.floor((this.next() / TWO_TO_32) * limit);
  }

  /** An integer from `least` to `most`, both included, evenly. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** An integer from 0 to `limit` - 1 where small ones are more frequent: half of the draws fall in the first quarter. */
  skewed(limit: number): number {
    const f = this.next() / TWO_TO_32;
    return Math.floor(f * f * limit);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability * TWO_TO_32;
  }

  /** One of the items, evenly. The list must not be empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

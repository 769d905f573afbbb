/** What every benchmark exports, and how its figures are shown. */

/** One measured figure. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the project aims at, as text, for example `< 90`. */
  readonly aim?: string;
  /** The figures of the same run that it was made of, where they can be measured without each other. */
  readonly ratioOf?: { readonly dividend: string; readonly divisor: string };
}

/** A benchmark: one file in this folder, run by its name. */
export interface Benchmark {
  /** A sentence: what is measured, on what. */
  readonly description: string;
  /**
   * Runs against real parts on this machine and cleans up after itself.
   *
   * @param args what stood behind the name on the command line.
   */
  run(args: readonly string[]): Promise<readonly Figure[]>;
}

/** The scale of an axis that starts at 0. */

/** Smaller values are as good as 0. */
const LEAST = 1e-9;

/** Steps between ticks, times a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10];

/** An axis: its ticks, and where a value is on it. */
export interface Scale {
  /** From 0 to the first tick that no value is above, ascending. */
  readonly ticks: readonly number[];
  /** The part of the axis below a value, from 0 to 1. */
  readonly at: (value: number) => number;
}

/**
 * A scale for these values with about four steps of a round size. Values below 0 are at 0; without a value above 0 it ends
 * at 1.
 */
export function scaleOf(values: readonly (number | null)[]): Scale {
  const largest = values.reduce<number>((found, value) => Math.max(found, value ?? 0), 0);
  const most = largest > LEAST ? largest : 1;
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((each) => each * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const steps = Math.ceil(most / step - 1e-9);
  const end = steps * step;
  return {
    ticks: Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(12))),
    at: (value) => Math.min(1, Math.max(0, value / end)),
  };
}

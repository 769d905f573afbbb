/** How far the tables were behind while records were sent, as figures. */
import type { Figure } from './benchmark';

/** Records that were acknowledged and in no table, at a time. */
export interface LagSample {
  /** Since the sending began. */
  readonly seconds: number;
  readonly records: number;
}

const PARTS = 6;

const mean = (samples: readonly LagSample[]): number =>
  samples.reduce((sum, { records }) => sum + records, 0) / samples.length;

/**
 * The mean lag of each sixth of the time, the most, and how fast it grew from the middle third to the last: the first third is
 * left out, as a lag must come up from nothing. A sixth without a sample is NaN.
 *
 * @param seconds how long was sent.
 * @param rate records a second: a lag that grows by a hundredth of it counts as growing.
 */
export function lagFigures(
  name: string,
  samples: readonly LagSample[],
  seconds: number,
  rate: number,
): Figure[] {
  const between = (from: number, to: number): number =>
    mean(
      samples.filter(
        (one) => one.seconds >= (from * seconds) / PARTS && one.seconds < (to * seconds) / PARTS,
      ),
    );
  const second = (part: number): number => Math.round((part * seconds) / PARTS);
  const parts = Array.from({ length: PARTS }, (_, part) => ({
    name: `${name}: lag, mean from ${second(part)} to ${second(part + 1)} s`,
    value: between(part, part + 1),
    unit: 'records',
  }));
  return [
    ...parts,
    {
      name: `${name}: lag, most`,
      value: Math.max(...samples.map(({ records }) => records)),
      unit: 'records',
    },
    {
      name: `${name}: lag, growth from the middle third to the last`,
      value: (between(4, 6) - between(2, 4)) / (seconds / 3),
      unit: 'records/s',
      aim: `< ${rate / 100}`,
    },
  ];
}

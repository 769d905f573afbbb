/** What benchmarks measured, as `tools/bench/results/<name>.json` keeps it: each figure with the run that it is of. */
import type { Figure } from './benchmark';

/** The machine that a run had. */
export interface Machine {
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  /**
   * Processes that ran or wanted to, over the last minute: above the number of cores, others were at work. Left out where it
   * is not known.
   */
  readonly load?: number;
}

/** One run, with those of its figures that no later run measured anew. */
export interface Run {
  /** ISO 8601, UTC; only the date where the time is not known. */
  readonly measured: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
}

/** What is known of a benchmark. */
export interface Result {
  readonly benchmark: string;
  readonly description: string;
  /** The newest first; no figure's name is in two of them. */
  readonly runs: readonly Run[];
}

/**
 * The runs after a new one that measured a part: older ones keep the figures that it does not have.
 *
 * A ratio stays only beside both figures that it was made of. Made of two runs, one of them perhaps on a busy machine, it
 * would say nothing; and beside a figure that was measured anew it would contradict it.
 */
export function withRun(runs: readonly Run[], run: Run): Run[] {
  const measured = new Set(run.figures.map(({ name }) => name));
  const older = runs.map((one) => {
    const figures = one.figures.filter(({ name }) => !measured.has(name));
    const left = new Set(figures.map(({ name }) => name));
    return {
      ...one,
      figures: figures.filter(
        ({ ratioOf: of }) => of === undefined || (left.has(of.dividend) && left.has(of.divisor)),
      ),
    };
  });
  return [run, ...older.filter(({ figures }) => figures.length > 0)];
}

/** What a benchmark is, and what `tools/bench/results/<name>.json` keeps of it. */

/** One measured figure. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the project aims at, as text, for example `< 90`. */
  readonly aim?: string;
  /** What is better, of a ratio that `--check` compares with the stored one. */
  readonly better?: 'higher' | 'lower';
}

/** What the command line gives to a benchmark. */
export interface BenchmarkOptions {
  /** The URL of another REST proxy to compare with, and its process id. */
  readonly against?: string;
  readonly againstPid?: number;
  /** A Kafka that runs, `host:port`, instead of one of the benchmark's own. */
  readonly bootstrapServers?: string;
  /** Further arguments of the REST proxy, separated by spaces. */
  readonly proxyArgs?: string;
}

/** A benchmark: a file of this folder that exports `benchmark`. */
export interface Benchmark {
  /** What is measured, on what. */
  readonly description: string;
  /** What the size of a run counts, for example `posts`. */
  readonly unit: string;
  /** The sizes that are run when none is given. */
  readonly sizes: readonly number[];
  /** Runs against real parts on this machine and cleans up after itself. */
  run(size: number, options: BenchmarkOptions): Promise<readonly Figure[]>;
}

/** One run of a benchmark. */
export interface Run {
  readonly size: number;
  /** The day, ISO 8601, UTC. */
  readonly measured: string;
  readonly commit: string;
  /** Cores, memory, version of Node.js, and the load at the end: above the number of cores, others were at work. */
  readonly machine: string;
  readonly figures: readonly Figure[];
}

/** The newest run of each size, the smallest size first. */
export interface Result extends Pick<Benchmark, 'description' | 'unit'> {
  readonly benchmark: string;
  readonly runs: readonly Run[];
}

/** The runs after a new one, which replaces that of its size. */
export function withRun(runs: readonly Run[], run: Run): Run[] {
  return [...runs.filter(({ size }) => size !== run.size), run].sort((a, b) => a.size - b.size);
}

/** The share by which a ratio may be worse than the stored one. */
const TOLERANCE = 0.15;

/** The ratios that are worse than the stored ones by more than 15 %, a line each. */
export function fallen(stored: readonly Figure[], measured: readonly Figure[]): string[] {
  return stored.flatMap(({ name, value: before, better }) => {
    const now = measured.find((figure) => figure.name === name)?.value;
    if (better === undefined) return [];
    if (now === undefined) return [`${name}: not measured, stored is ${before}`];
    const worse = better === 'higher' ? now < before * (1 - TOLERANCE) : now > before * (1 + TOLERANCE);
    return worse ? [`${name}: ${now}, stored is ${before} (${better} is better)`] : [];
  });
}

/** What is kept of the samples, and the rates that follow from their totals. Buffers are bounded by time. */
import type { FlowSample } from '../../pipeline/flow';

/** The name of a station. */
export type Station = keyof FlowSample['stations'];

/** How long samples are kept: as long as the small lines show. */
export const KEPT_MS = 60_000;

/** How long latencies are kept. */
export const LATENCY_KEPT_MS = 600_000;

/** Over how long the rate that is shown is taken: the sink and the functions store in portions. */
const RATE_MS = 10_000;

/** Something of a moment, ISO 8601. */
interface Timed {
  readonly at: string;
}

/**
 * The buffer with a new item at its end, without what is older than `keptMs` before it but the newest of that: a stage on
 * AWS is sampled once a minute. What is newer than the item goes too: the server has sent the last minute again.
 */
export function append<T extends Timed>(buffer: readonly T[], item: T, keptMs: number): readonly T[] {
  const newest = Date.parse(item.at);
  const earlier = buffer.filter(({ at }) => Date.parse(at) < newest);
  const first = earlier.findIndex(({ at }) => Date.parse(at) >= newest - keptMs);
  return [...earlier.slice(first === -1 ? -1 : Math.max(0, first - 1)), item];
}

/** Records a second between two samples; null when one total is not known, or when it went back: the data was reset. */
function between(earlier: FlowSample, later: FlowSample, station: Station): number | null {
  const before = earlier.stations[station].total;
  const after = later.stations[station].total;
  const seconds = (Date.parse(later.at) - Date.parse(earlier.at)) / 1000;
  return before === null || after === null || after < before || seconds <= 0
    ? null
    : (after - before) / seconds;
}

/** Records a second at a station over the last ten seconds, or since the sample before; null when it is not known. */
export function currentRate(samples: readonly FlowSample[], station: Station): number | null {
  const last = samples.at(-1);
  if (last === undefined) return null;
  const from = Date.parse(last.at) - RATE_MS;
  const inside = samples.findIndex(({ at }) => Date.parse(at) >= from);
  const first = samples[Math.min(inside, samples.length - 2)];
  return first === undefined ? null : between(first, last, station);
}

/** A rate, and how many seconds before the newest sample it was. */
export interface RatePoint {
  readonly ago: number;
  readonly rate: number;
}

/** The rates from sample to sample, the oldest first. */
export function ratePoints(samples: readonly FlowSample[], station: Station): RatePoint[] {
  const newest = Date.parse(samples.at(-1)?.at ?? '');
  return samples.slice(1).flatMap((sample, index) => {
    const earlier = samples[index];
    const rate = earlier === undefined ? null : between(earlier, sample, station);
    return rate === null ? [] : [{ ago: (newest - Date.parse(sample.at)) / 1000, rate }];
  });
}

/** The latencies of a moment, in seconds; null while there are none. */
export interface LatencySample extends Timed {
  readonly latency: FlowSample['latency'];
}

/** Figures as text. What is not known is a dash. */

/** What stands for a value that is not known. */
export const UNKNOWN = '–';

/** A count, for example `11,000`. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? UNKNOWN : value.toLocaleString('en-US');
}

/** Records a second, for example `9.8/s`; from 100 on without decimals. */
export function rate(value: number | null): string {
  if (value === null) return UNKNOWN;
  const digits = value > 0 && value < 100 ? 1 : 0;
  return `${value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}/s`;
}

/** A length of time, for example `0.42 s`, `12 s`, `3 min`, `2 h`, `4 d`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return UNKNOWN;
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  if (seconds < 7200) return `${(seconds / 60).toFixed(0)} min`;
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(0)} h`;
  return `${(seconds / 86_400).toFixed(0)} d`;
}

/**
 * How long ago a time was, in whole seconds at least, for example `3 s`.
 *
 * @param time ISO 8601.
 * @param now milliseconds; a time after it, by another clock, is `0 s`.
 */
export function age(time: string | null | undefined, now: number): string {
  const then = time === null || time === undefined ? NaN : Date.parse(time);
  if (Number.isNaN(then)) return UNKNOWN;
  const seconds = Math.max(0, Math.floor((now - then) / 1000));
  return seconds < 10 ? `${seconds} s` : duration(seconds);
}

/** A time of day with milliseconds, UTC, for example `2026-01-31 12:00:00.000`. */
export function moment(time: string | null): string {
  const at = time === null ? NaN : Date.parse(time);
  return Number.isNaN(at) ? UNKNOWN : new Date(at).toISOString().replace('T', ' ').replace('Z', '');
}

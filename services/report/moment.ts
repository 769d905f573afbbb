/** A time for people: `2026-01-31T12:00:05.123+00:00` is `2026-01-31 12:00:05 UTC`; a dash where there is none. */
export function moment(iso: string | null): string {
  if (iso === null) return '–';
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

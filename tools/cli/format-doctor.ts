/** The report of `doctor` for a person. */
import type { CheckResult, CheckStatus } from '../pipeline/doctor/check';

const STATUSES: readonly CheckStatus[] = ['ok', 'warning', 'failed', 'unknown'];

/** A line for each check, with the remedy where there is one, and the counts. */
export function formatChecks(results: readonly CheckResult[]): string {
  const width = Math.max(0, ...results.map(({ check }) => check.length));
  const lines = results.map(({ check, status, seen, remedy }) =>
    `${status.padEnd(7)}  ${check.padEnd(width)}  ${seen}${remedy === null ? '' : ` -> ${remedy}`}`.trimEnd(),
  );
  const counts = STATUSES.map((status) => [status, results.filter((one) => one.status === status).length]);
  const told = counts.filter(([status, count]) => status === 'ok' || count !== 0);
  return [...lines, '', told.map(([status, count]) => `${count} ${status}`).join(', ')].join('\n');
}

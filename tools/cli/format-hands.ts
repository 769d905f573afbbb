/** Parts, emulator and broken records for a person. */
import type { EmulatorState, PartState, SentBroken } from '../pipeline/hands';
import { textTable } from '../text-table';

/** The parts; of one alone also the end of its log. */
export function formatParts(parts: readonly PartState[]): string {
  const table = textTable(
    ['part', 'state', 'pid', 'log'],
    parts.map(({ name, state, pid, logFile }) => [name, state, pid === null ? '-' : String(pid), logFile]),
  );
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? [table, '', ...only.log].join('\n') : table;
}

/** How posts flow. */
export function formatEmulator({ paused, rate }: EmulatorState): string {
  const speed = rate === 0 ? 'as fast as they go' : `${rate} a second`;
  return paused ? `Posts are paused; resumed they flow ${speed}.` : `Posts flow ${speed}.`;
}

/** A broken record, and where it is. */
export function formatSentBroken({ place, value }: SentBroken): string {
  return `Acknowledged at ${place}: ${value}`;
}

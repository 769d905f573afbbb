/**
 * Log files of the local parts: bounded in size, and their ends quoted when a part fails.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
} from 'node:fs';

/** The size at which a log file is emptied into `<file>.1`. */
export const MAX_LOG_BYTES = 20 * 1024 * 1024;

/**
 * The last lines of a file.
 *
 * @param file a text file; one that does not exist has no lines.
 * @param lines how many lines at most.
 */
export function tail(file: string, lines = 20): string {
  if (!existsSync(file)) return '';
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const buffer = Buffer.alloc(Math.min(size, 32 * 1024));
    readSync(handle, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    closeSync(handle);
  }
}

/**
 * Empties a log file that has grown too long into `<file>.1`. The writer continues without noticing, because it opened
 * the file for appending.
 */
export function limitLog(file: string, maxBytes = MAX_LOG_BYTES): void {
  if (!existsSync(file) || statSync(file).size <= maxBytes) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file, 0);
}

/**
 * The proxy's log: one JSON document a line. Nothing of what records hold is ever logged.
 */

/** How much a line matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The levels from the least to the most. */
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Writes a line when its level is at least the log's. */
export type Log = (level: LogLevel, message: string, details?: Readonly<Record<string, unknown>>) => void;

/**
 * Makes a log.
 *
 * @param least the least level that is written.
 * @param write takes a line that ends with a line break.
 */
export function createLog(least: LogLevel, write: (line: string) => void): Log {
  return (level, message, details = {}) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...details })}\n`);
  };
}

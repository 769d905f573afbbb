/** The proxy's log: one JSON document a line. Contents of records are never logged. */

/** Severity of a line. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The levels in ascending order. */
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Writes a line unless its level is below the log's. */
export type Log = (level: LogLevel, message: string, details?: Readonly<Record<string, unknown>>) => void;

/**
 * Creates a log.
 *
 * @param least the lowest level that is written.
 * @param write receives a line with its line break.
 */
export function createLog(least: LogLevel, write: (line: string) => void): Log {
  return (level, message, details = {}) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...details })}\n`);
  };
}

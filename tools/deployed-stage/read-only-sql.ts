/** Which statements only read. Athena would also run others, with the rights of whoever asks. */

/** What may stand before the word that decides: comments, parentheses, and EXPLAIN with its options. */
const BEFORE =
  /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|\(\s*(?:type|format)\s+\w+(?:\s*,\s*(?:type|format)\s+\w+)*\s*\)|\(|(?:explain|analyze|verbose)\b)+/i;
const READING = /^(?:select|with|values|table|show|describe|desc)\b/i;

/**
 * Checks that a statement in Athena's dialect only reads. Its first word decides, as Athena takes one statement at a time
 * and what follows WITH there is a SELECT; of EXPLAIN it is that of the explained statement, which ANALYZE runs.
 *
 * @throws Error for another statement.
 */
export function requireReading(sql: string): void {
  const statement = sql.replace(BEFORE, '');
  if (READING.test(statement)) return;
  throw new Error(
    `A statement that begins with "${/^[^\s(;]*/.exec(statement)?.[0] ?? ''}" cannot be used: the tables are only read. Expected SELECT, WITH, VALUES, SHOW, DESCRIBE or EXPLAIN.`,
  );
}

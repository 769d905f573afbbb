/** What the SQL prompt makes of typed text: whole statements, and what a word may become. */
import type { QueryTable } from '../pipeline/query';

/** Whole statements without their `;`, and what follows the last `;`: empty when it is only comments and spaces. */
export interface SqlText {
  readonly statements: readonly string[];
  readonly rest: string;
}

/** Comments, texts and quoted names, which a `;` does not end; the unfinished ones last to the end. */
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$\$[\s\S]*?(?:\$\$|$)|;|[^]/g;

/** Cuts text at each `;` that ends a statement. */
export function splitStatements(text: string): SqlText {
  const statements: string[] = [];
  let [statement, isEmpty] = ['', true];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token !== ';') {
      statement += token;
      isEmpty &&= /^(?:\s|--|\/\*[^]*\*\/$)/.test(token);
      continue;
    }
    if (!isEmpty) statements.push(statement.trim());
    [statement, isEmpty] = ['', true];
  }
  return { statements, rest: isEmpty ? '' : statement };
}

/** What the prompt itself understands, at the beginning of a line. */
export const DOT_COMMANDS = ['.help', '.quit', '.schema', '.tables'] as const;

const KEYWORDS = (
  'and as asc avg between by case cast count cross desc describe distinct else end except exists explain filter from ' +
  'group having in inner intersect is join left like limit max median min not null offset on or order outer over ' +
  'partition right select show sum summarize then union using values when where with'
).split(' ');

/**
 * What the last word of a line may become: tables, their columns, keywords; at the beginning also dot commands.
 *
 * @returns the possible words, and the part of the line that they replace, as readline takes them.
 */
export function complete(line: string, tables: readonly QueryTable[]): [string[], string] {
  if (/^\.\w*$/.test(line)) return [DOT_COMMANDS.filter((command) => command.startsWith(line)), line];
  const word = /[\w"-]*$/.exec(line)?.[0] ?? '';
  const names = tables.flatMap(({ name, columns }) => [name, ...columns.map((column) => column.name)]);
  const isUpper = word === word.toUpperCase() && /[A-Z]/.test(word);
  const candidates = [
    ...names.map((name) => (/^[A-Za-z_]\w*$/.test(name) ? name : `"${name}"`)),
    // Of `.schema` the argument is a table.
    ...(line.startsWith('.') ? [] : KEYWORDS.map((keyword) => (isUpper ? keyword.toUpperCase() : keyword))),
  ];
  const begins = (candidate: string): boolean =>
    candidate.toLowerCase().replace(/^"/, '').startsWith(word.toLowerCase().replace(/^"/, ''));
  return [word === '' ? [] : [...new Set(candidates.filter(begins))].sort(), word];
}

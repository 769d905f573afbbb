/** Finds what looks like a secret in a text. */

/** Something that looks like one. It is not repeated whole: the reader of the report need not see it. */
export interface Finding {
  readonly kind: string;
  /** From 1. */
  readonly line: number;
  /** Its first characters. */
  readonly start: string;
}

/** Forms that nothing else has. */
const FORMS: readonly (readonly [kind: string, form: RegExp])[] = [
  ['private key', /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s*[\r\n]+\s*[A-Za-z0-9+/]/],
  ['AWS access key', /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z2-7]{16}\b/],
  ['GitHub token', /\b(?:gh[opsur]_[A-Za-z0-9]{36,}|github_pat_\w{50,})\b/],
  ['Slack token', /\bxox[abeoprs]-[A-Za-z0-9-]{20,}/],
  ['npm token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['PyPI token', /\bpypi-[A-Za-z0-9_-]{50,}/],
  ['Google key', /\bAIza[A-Za-z0-9_-]{35}\b/],
  ['JSON web token', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/],
  [
    'password in an address',
    /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@'"`$<{]+:(?!(?:secret|password)@)[^\s:/@'"`$<{]{3,}@[\w.-]/,
  ],
];

/** A value that is given a telling name: `password = "…"`, `secretAccessKey: '…'`, `export TOKEN=…`. */
const NAMED =
  /\b\w*(?:passw(?:or)?d|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)\w*["']?\s*[:=]\s*(?:["'`]([^"'`\s]{8,})["'`]|([A-Za-z0-9+/_=-]{16,})\s*$)/gim;

/**
 * Bits that a character of a text carries, by how often each occurs in it. Twenty random letters and digits have about
 * four, a word or a name has less than three and a half.
 */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => {
    const share = count / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}

/** Whether a value looks drawn by chance: letters and digits mixed, and no two alike too often. */
function looksRandom(value: string): boolean {
  // AWS's own documentation has its example keys end so.
  const isExample = /EXAMPLE(?:KEY)?$/.test(value);
  const isReference = /[${}<>():]|\//.test(value) && !/^[A-Za-z0-9+/]{40}$/.test(value);
  return !isExample && !isReference && /[A-Za-z]/.test(value) && /\d/.test(value) && entropy(value) > 3.5;
}

/** All that looks like a secret. */
export function findSecrets(text: string): Finding[] {
  const at = (index: number): number => text.slice(0, index).split('\n').length;
  const found: Finding[] = [];
  for (const [kind, form] of FORMS) {
    for (const match of text.matchAll(new RegExp(form, 'g'))) {
      found.push({ kind, line: at(match.index), start: match[0].slice(0, 12) });
    }
  }
  for (const match of text.matchAll(NAMED)) {
    const value = match[1] ?? match[2] ?? '';
    if (looksRandom(value)) {
      found.push({ kind: 'value of a secret', line: at(match.index), start: value.slice(0, 4) });
    }
  }
  return found;
}

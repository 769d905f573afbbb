/** Messages that are composed of others, of which some are sentences already. */

/** A text with one full stop at its end, or the mark that it ends with (`!`, `?`, `…`). For example `not found` or `It is not there.` */
export function asSentence(text: string): string {
  const trimmed = text.trim().replace(/(?<=[^.])\.{2}$/, '.');
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** Messages composed of others, some of which are already sentences. */

/** A text that ends with a full stop or its own mark (`!`, `?`, `…`), for example `not found.` */
export function asSentence(text: string): string {
  const trimmed = text.trim().replace(/(?<=[^.])\.{2}$/, '.');
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** Any text as one line of a terminal, which it cannot control. */

/** @param most characters; what is longer is cut, with a mark. */
export function oneLine(text: string, most: number): string {
  // Control characters, line separators, and what changes the direction of writing.
  const shown = text.slice(0, most).replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, ' ');
  return text.length > most ? `${shown}…` : shown;
}

/** Any text as one line of a terminal, which it cannot control. */

/** @param most characters; what is longer is cut, with a mark. */
export function oneLine(text: string, most: number): string {
  // eslint-disable-next-line no-control-regex -- escape sequences begin with one
  const shown = text
    .slice(0, most)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ');
  return text.length > most ? `${shown}…` : shown;
}

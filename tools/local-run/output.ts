/**
 * What a person sees: lines with the seconds since the start.
 */

/** Writes to a person's terminal. */
export interface Output {
  /** A progress line, led by the seconds since the start. */
  line(text: string): void;
  /** A text as it is, for tables. */
  block(text: string): void;
}

/** Makes an output that writes by `write`. */
export function createOutput(
  write: (text: string) => void,
  now: () => number = () => performance.now(),
): Output {
  const started = now();
  return {
    line: (text) => {
      const seconds = ((now() - started) / 1000).toFixed(1).padStart(6);
      // The lines of a quoted log stand below the message, not below the seconds.
      write(`${seconds} s  ${text.replaceAll('\n', `\n${' '.repeat(10)}`)}\n`);
    },
    block: (text) => {
      write(`${text}\n`);
    },
  };
}

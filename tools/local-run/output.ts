/**
 * What a person sees: lines with the seconds since the start.
 */

/** Writes to a person. */
export interface Output {
  /** A progress line, led by the seconds since the start. */
  line(text: string): void;
  /** A text as it is, for tables. */
  block(text: string): void;
  /** What is under way from now on; undefined: nothing. Shown where `isLive` only. */
  now(work?: Work): void;
  /** Whether {@link now} is shown, so that lines on the progress are not needed. */
  readonly isLive: boolean;
}

/** Something that takes a while. */
export interface Work {
  readonly title: string;
  /** How much of it is done, of how much; absent where that is not known. */
  readonly done?: number;
  readonly of?: number;
  readonly detail?: string;
}

/** Makes an output of lines alone that writes by `write`. */
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
    now: () => undefined,
    isLive: false,
  };
}

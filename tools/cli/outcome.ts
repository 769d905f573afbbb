/** What a command hands back. */

/** A result, for a program and for a person. */
export interface Outcome {
  /** What `--json` prints. */
  readonly result: unknown;
  readonly text: string;
  /** Whether the exit code is 0, not 1. */
  readonly ok: boolean;
}

/** The outcome of a result, which is well unless `ok` says otherwise. */
export function outcome<R>(
  result: R,
  format: (result: R) => string,
  ok: (result: R) => boolean = () => true,
): Outcome {
  return { result, text: format(result), ok: ok(result) };
}

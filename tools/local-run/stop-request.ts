/**
 * Why a run is to stop, and the exit code that follows.
 */

/** The reason of the abort signal of a run that was asked to stop. */
export class StopRequest extends Error {
  /** 130 after Ctrl-C, 143 after SIGTERM, 129 after a closed terminal, 141 after a closed output, 1 after a failure. */
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.name = 'StopRequest';
    this.exitCode = exitCode;
  }
}

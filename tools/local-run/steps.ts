/** The steps of a run: each ends when the run is to stop, and is repeated when a part died or was frozen under it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from './output';
import type { Supervisor } from './supervisor';

/** Does the steps of one run. */
export class Steps {
  /** @param signal aborts with the reason why the run is to stop. */
  constructor(
    readonly signal: AbortSignal,
    private readonly supervisor: Pick<Supervisor, 'disturbanceCount' | 'settled'>,
    private readonly output: Output,
  ) {}

  /**
   * Does a step; when no part is being started again, and once more when one died or was frozen meanwhile and runs again, which happens only so often before the run ends.
   * Every step can be repeated: it continues where it was, or changes nothing.
   *
   * @param graceMs how long the step is waited for when the run is to stop, before its parts are taken from it.
   */
  async step<T>(name: string, work: () => Promise<T>, graceMs = 0): Promise<T> {
    const { supervisor } = this;
    for (;;) {
      const before = supervisor.disturbanceCount;
      // A step that began while a part is started again would fail for what happened before it.
      await this.unlessStopped(supervisor.settled());
      this.output.now({ title: name });
      try {
        return await this.unlessStopped(work(), graceMs);
      } catch (error) {
        this.signal.throwIfAborted();
        // The death may be noticed a moment after the error it caused.
        await new Promise((resolve) => setTimeout(resolve, 500));
        await this.unlessStopped(supervisor.settled());
        if (supervisor.disturbanceCount === before) {
          throw new Error(`${name} failed: ${error instanceof Error ? error.message : String(error)}`, {
            cause: error,
          });
        }
        this.output.line(`${name} was interrupted, because a part died or was frozen, and is tried again.`);
      } finally {
        this.output.now();
      }
    }
  }

  /** The result of `work`, or the stop request as soon as there is one and `work` has ended or had its grace. */
  async unlessStopped<T>(work: Promise<T>, graceMs = 0): Promise<T> {
    const { signal } = this;
    const ended = work.then(
      () => undefined,
      () => undefined,
    );
    signal.throwIfAborted();
    let onAbort: (() => void) | undefined;
    const stopped = new Promise<never>((_, reject) => {
      onAbort = () => {
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort);
    });
    try {
      return await Promise.race([work, stopped]);
    } catch (error) {
      if (signal.aborted && graceMs > 0)
        await Promise.race([ended, sleep(graceMs, undefined, { ref: false })]);
      signal.throwIfAborted(); // Ending its programs made the step fail: the stop is the reason.
      throw error;
    } finally {
      if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    }
  }
}

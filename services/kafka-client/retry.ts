/** Errors of Kafka that pass by themselves: a coordinator being loaded, a leader that has just changed or started. */
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 500;

/** Whether an error is transient. After its own retries kafkajs wraps retriable errors in one that is not. */
export function passes(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (error as { retriable?: unknown }).retriable === true || passes(error.cause);
}

/**
 * Calls `work` again, after a pause, while it throws what passes.
 *
 * @param deadline when to stop trying, in milliseconds since 1970.
 * @param canPass which errors do. Default: those that are transient.
 * @throws Error of `work` that does not pass, or that persists.
 */
export async function untilPassed<T>(
  deadline: number,
  work: () => Promise<T>,
  canPass: (error: unknown) => boolean = passes,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!canPass(error) || Date.now() + PAUSE_MS >= deadline) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

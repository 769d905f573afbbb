/** Clock and pace of the emulator. */
import { setTimeout } from 'node:timers/promises';

/** Time; replaced in unit tests only. */
export interface Clock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Waits; returns early, without throwing, when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The system clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }).catch(() => undefined),
};

/** After a longer delay than this, in milliseconds, the lost time is not caught up. */
const CATCH_UP_MS = 1000;

/** Limits the rate of posts. */
export class Pacer {
  private nextAt: number;

  /** @param rate posts a second; 0 for no limit. */
  constructor(
    private readonly rate: number,
    private readonly clock: Clock,
  ) {
    this.nextAt = clock.now();
  }

  /** Waits until `posts` more posts may be sent. */
  async pass(posts: number, signal?: AbortSignal): Promise<void> {
    if (this.rate === 0) return;
    const now = this.clock.now();
    this.nextAt = Math.max(this.nextAt, now - CATCH_UP_MS);
    if (this.nextAt > now) await this.clock.sleep(this.nextAt - now, signal);
    this.nextAt += (posts / this.rate) * 1000;
  }
}

/** The number of posts in one batch: a quarter of a second's worth at the rate, so that sending is smooth. */
export function batchSize(rate: number, most: number): number {
  return rate === 0 ? most : Math.min(most, Math.max(1, Math.round(rate / 4)));
}

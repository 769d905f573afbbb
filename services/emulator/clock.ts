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

/** While posts wait, the pace is looked at again after this, in milliseconds. */
const LOOK_MS = 250;

/** How posts are to flow; it may change while they do. */
export interface Pace {
  readonly paused: boolean;
  /** Posts a second; 0 for no limit. */
  readonly rate: number;
}

/** Limits the rate of posts. */
export class Pacer {
  private nextAt: number;
  private rate = 0;

  /** @param pace asked before each batch, and while one waits; undefined: nothing more is to be sent. */
  constructor(
    private readonly pace: () => Pace | undefined,
    private readonly clock: Clock,
  ) {
    this.nextAt = clock.now();
  }

  /**
   * Waits until the next posts may be sent.
   *
   * @param most the most posts of a batch.
   * @returns how many may be sent; 0 when none are to be sent any more.
   */
  async pass(most: number, signal?: AbortSignal): Promise<number> {
    for (;;) {
      const pace = this.pace();
      if (pace === undefined || signal?.aborted === true) return 0;
      const { paused, rate } = pace;
      const now = this.clock.now();
      // What was not sent in a pause, or at another rate, is not caught up.
      this.nextAt = paused || rate !== this.rate ? now : Math.max(this.nextAt, now - CATCH_UP_MS);
      this.rate = rate;
      if (!paused && this.nextAt <= now) {
        const posts = batchSize(rate, most);
        if (rate > 0) this.nextAt += (posts / rate) * 1000;
        return posts;
      }
      await this.clock.sleep(paused ? LOOK_MS : Math.min(this.nextAt - now, LOOK_MS), signal);
    }
  }
}

/** The number of posts in one batch: a quarter of a second's worth at the rate, so that sending is smooth. */
export function batchSize(rate: number, most: number): number {
  return rate === 0 ? most : Math.min(most, Math.max(1, Math.round(rate / 4)));
}

/** A figure that is read again and again from something that may be slow or away. */

/** A value is shown for so long after its next reading was due: a busy machine is not an absent source. */
const STALE_MS = 10_000;

/** After a failure it is read again this soon at the latest. */
const RETRY_MS = 5_000;

/** See the module's comment. At most one reading is under way. */
export class PolledSource<T> {
  private value: T | null = null;
  private readAt = 0;
  private due = 0;
  private reading: Promise<void> | undefined;

  /**
   * @param everyMs milliseconds from the end of a reading to the next.
   * @param read gives the newest value; it may reject, or take long.
   */
  constructor(
    private readonly everyMs: number,
    private readonly read: () => Promise<T>,
  ) {}

  /** The newest value, waiting up to `patienceMs` for a reading that is due. Null when the source is away. Never rejects. */
  async latest(patienceMs: number): Promise<T | null> {
    if (this.reading === undefined && Date.now() >= this.due) this.reading = this.readOnce();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
    await Promise.race([this.reading, late]);
    clearTimeout(timer);
    return Date.now() - this.readAt <= this.everyMs + STALE_MS ? this.value : null;
  }

  private async readOnce(): Promise<void> {
    let pause = this.everyMs;
    try {
      this.value = await this.read();
      this.readAt = Date.now();
    } catch {
      this.value = null;
      pause = Math.min(pause, RETRY_MS);
    }
    this.due = Date.now() + pause;
    this.reading = undefined;
  }
}

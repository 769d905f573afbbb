/** Writes a run's ledger. */
import { errorText } from '../source/connection';
import { asSentence } from '../source/sentence';
import type { Clock } from './clock';
import { ledgerName, ledgerPrefix, type LedgerLine } from './ledger';
import type { LedgerStore } from './ledger-store';
import { backOff } from './send';

/** When an object is written: at so many lines, so many characters, or so long after its first line. */
const FLUSH_LINES = 600;
const FLUSH_CHARACTERS = 4_000_000;
const FLUSH_MS = 5000;
/** Tries for one object, besides those of the S3 client itself: some 15 s. */
const WRITE_ATTEMPTS = 8;

/** Collects lines and writes them as objects, in the background while the run goes on. Lines are kept until written. */
export class LedgerWriter {
  private lines: string[] = [];
  private characters = 0;
  private oldestAt = 0;
  private running: Promise<void> = Promise.resolve();
  private isWriting = false;
  private failure: string | undefined;

  /**
   * @param sequence the number of the first object.
   */
  constructor(
    private readonly store: LedgerStore,
    private readonly run: string,
    private sequence: number,
    private readonly clock: Clock,
  ) {}

  /** Why the last write failed, when it did; the run should end then. */
  get problem(): string | undefined {
    return this.failure;
  }

  /** Adds lines. Starts a write when enough have come together, or the oldest waits long enough. */
  add(lines: readonly LedgerLine[]): void {
    if (this.lines.length === 0) this.oldestAt = this.clock.now();
    for (const line of lines) {
      const text = JSON.stringify(line);
      this.lines.push(text);
      this.characters += text.length;
    }
    const isDue =
      this.lines.length >= FLUSH_LINES ||
      this.characters >= FLUSH_CHARACTERS ||
      this.clock.now() - this.oldestAt >= FLUSH_MS;
    if (isDue && !this.isWriting) this.start();
  }

  /** Writes what is left. Afterwards `problem` says whether anything could not be written. */
  async close(): Promise<void> {
    await this.running;
    this.failure = undefined;
    if (this.lines.length > 0) this.start();
    await this.running;
  }

  private start(): void {
    const { lines, characters } = this;
    this.lines = [];
    this.characters = 0;
    this.isWriting = true;
    this.running = this.write(`${lines.join('\n')}\n`)
      .catch((error: unknown) => {
        this.lines = [...lines, ...this.lines];
        this.characters += characters;
        this.failure = `The ledger ${ledgerPrefix(this.run)} could not be written to the sink bucket: ${asSentence(errorText(error))}`;
      })
      .finally(() => {
        this.isWriting = false;
      });
  }

  private async write(text: string): Promise<void> {
    for (let attempt = 1; ;) {
      const name = ledgerName(this.run, this.sequence);
      try {
        // A taken name is ours when an earlier try got through without its answer; else another writer's.
        const isWritten = (await this.store.create(name, text)) || (await this.store.get(name)) === text;
        this.sequence += 1;
        if (isWritten) return;
      } catch (error) {
        if (attempt >= WRITE_ATTEMPTS) throw error;
        await this.clock.sleep(backOff(attempt, Math.random()));
        attempt += 1;
      }
    }
  }
}

/** Writes a run's ledger. */
import { errorText } from '../source/connection';
import { asSentence } from '../source/sentence';
import type { Clock } from './clock';
import { ledgerName, ledgerPrefix, type LedgerLine } from './ledger';
import type { LedgerStore } from './ledger-store';
import { backOff } from './send';

/** Limits at which an object is written: lines, characters, or time since its first line. */
const FLUSH_LINES = 600;
const FLUSH_CHARACTERS = 4_000_000;
const FLUSH_MS = 5000;
/** Attempts per object, besides the S3 client's own: some 15 s. */
const WRITE_ATTEMPTS = 8;

/** Collects lines and writes them as objects in the background. Lines are kept until written. */
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

  /** Why the last write failed; the run should then end. */
  get problem(): string | undefined {
    return this.failure;
  }

  /** Adds lines. Starts a write at a limit. */
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
    if (isDue) this.flush();
  }

  /** Starts a write of what is there, unless one is under way. */
  flush(): void {
    if (this.lines.length > 0 && !this.isWriting) this.start();
  }

  /** Writes the remaining lines. Afterwards `problem` is set if anything could not be written. */
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
        // An existing name is ours if an earlier attempt succeeded but its response was lost; else another writer's.
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

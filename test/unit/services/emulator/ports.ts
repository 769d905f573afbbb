/** Ports of an emulation that need no database, no S3 and no waiting. */
import type { Clock } from '../../../../services/emulator/clock';
import type { LedgerLine } from '../../../../services/emulator/ledger';
import type { LedgerStore } from '../../../../services/emulator/ledger-store';
import { PostGenerator } from '../../../../services/source/generator';
import type { SourcePost } from '../../../../services/source/rows';
import type { SourceReader } from '../../../../services/source/source-reader';

/** A clock on which sleeping takes no time but moves `now`. */
export class JumpingClock implements Clock {
  private time = 0;
  readonly sleeps: number[] = [];
  now(): number {
    return this.time;
  }
  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted !== true) {
      this.sleeps.push(milliseconds);
      this.time += milliseconds;
    }
    // As a real timer would, let everything else go on first.
    return new Promise((resolve) => setImmediate(resolve));
  }
}

/** A store of texts in memory, with S3's order of names and its refusal to overwrite. */
export class MemoryStore implements LedgerStore {
  readonly texts = new Map<string, string>();
  calls = 0;
  list(prefix: string, after: string, most: number): Promise<string[]> {
    this.calls += 1;
    const names = [...this.texts.keys()].filter((name) => name.startsWith(prefix) && name > after);
    return Promise.resolve(names.sort().slice(0, most));
  }
  get(name: string): Promise<string> {
    return Promise.resolve(this.texts.get(name) ?? '');
  }
  create(name: string, text: string): Promise<boolean> {
    if (this.texts.has(name)) return Promise.resolve(false);
    this.texts.set(name, text);
    return Promise.resolve(true);
  }
  /** All lines in the order of the objects' names. */
  lines(): LedgerLine[] {
    return [...this.texts.keys()]
      .sort()
      .flatMap((name) => (this.texts.get(name) ?? '').split('\n').filter((line) => line !== ''))
      .map((line) => JSON.parse(line) as LedgerLine);
  }
}

/** A source of `count` generated posts; `change` may take rows away or alter them. */
export function generatedSource(
  count: number,
  change: (post: SourcePost) => SourcePost = (post) => post,
): SourceReader {
  const generator = new PostGenerator(100);
  return {
    rowNumbers: () =>
      Promise.resolve({ rowNumbers: Float64Array.from({ length: count }, (_, n) => n), warnings: [] }),
    read: (rowNumbers) =>
      Promise.resolve(
        rowNumbers.map((rowNumber) => change({ rowNumber, rows: { ...generator.post(rowNumber) } })),
      ),
    close: () => Promise.resolve(),
  };
}

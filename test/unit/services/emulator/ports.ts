/** Ports of an emulation that need no database, no S3 and no waiting. */
import { createApiClient } from '../../../../services/emulator/api-client';
import type { Clock } from '../../../../services/emulator/clock';
import { emulate, type EmulateControl } from '../../../../services/emulator/emulate';
import type { LedgerLine } from '../../../../services/emulator/ledger';
import type { LedgerStore } from '../../../../services/emulator/ledger-store';
import type { EmulatorOptions } from '../../../../services/emulator/options';
import type { FeedRecord } from '../../../../services/emulator/records';
import type { EmulatorReport } from '../../../../services/emulator/report';
import type { Destination } from '../../../../services/emulator/destination';
import { sendRecords, type SendOutcome, type SendPolicy } from '../../../../services/emulator/send';
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
    // As a real timer would, let everything else continue first.
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

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

/** Emulations against one API, whose ledger and clock outlive a run. */
export class EmulatorWorld<Api extends { readonly url: string }> {
  readonly ledger = new MemoryStore();
  readonly clock = new JumpingClock();
  constructor(
    readonly api: Api,
    private readonly defaults: EmulatorOptions = {},
  ) {}

  /** Runs an emulation without a rate and with three attempts, or as the options say. */
  async run(
    options: EmulatorOptions,
    source: SourceReader,
    control?: EmulateControl,
    apiUrl = this.api.url,
  ): Promise<EmulatorReport> {
    const api = createApiClient({ apiUrl, region: 'us-east-1', credentials });
    const { ledger, clock } = this;
    try {
      const all = { rate: 0, attempts: 3, ...this.defaults, ...options };
      return await emulate(all, { source, api, ledger, clock }, control);
    } finally {
      api.close();
    }
  }
}

/** How records are sent by {@link sendTo}; four attempts and the longest back-off by default. */
export interface SendOptions extends Partial<Omit<SendPolicy, 'clock'>> {
  readonly timeoutMs?: number;
}

/** Sends records to a scripted API, which is closed then. */
export async function sendTo<Place, Api extends { readonly url: string; close(): Promise<void> }>(
  api: Api,
  destination: Destination<Place>,
  records: readonly FeedRecord[],
  { timeoutMs, ...options }: SendOptions,
): Promise<{ outcome: SendOutcome<Place>; api: Api; clock: JumpingClock }> {
  const client = createApiClient({ apiUrl: api.url, region: 'us-east-1', credentials, timeoutMs });
  const clock = new JumpingClock();
  try {
    const policy = { attempts: 4, batchBytes: 5_000_000, random: () => 0, ...options, clock };
    return { outcome: await sendRecords(client, destination, records, policy), api, clock };
  } finally {
    client.close();
    await api.close();
  }
}

/** The numbers from 0 up to this one, without it. */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/**
 * Sends the records of one feed until every one is acknowledged or given up. What is sent again is sent under the same
 * key and with the same bytes, so that a record written twice is one post all the same.
 */
import { errorText } from '../source-data/connection';
import type { Clock } from './clock';
import type { TopicAnswer, TopicClient } from './topic-client';

/** How a batch is sent. */
export interface SendPolicy {
  /** The most requests for one body. */
  readonly attempts: number;
  /** The most bytes in one body, unless one record alone is larger. */
  readonly batchBytes: number;
  readonly clock: Clock;
  /** A number from 0 to 1 for the jitter. */
  readonly random: () => number;
  /** When aborted, the running request is waited for, and nothing is tried again. */
  readonly signal?: AbortSignal;
}

/** A range of acknowledged offsets: partition, first, last (included). */
export type OffsetRange = [partition: number, first: number, last: number];

/** What became of the records. `sent` = `acknowledged` + `failed`. */
export interface SendOutcome {
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  /** Records that were sent more than once. */
  readonly retried: number;
  /** Requests made. */
  readonly attempts: number;
  readonly offsets: readonly OffsetRange[];
  /** Why records failed, a sentence each. */
  readonly problems: readonly string[];
  /** True when the API refused the request in a way that every later one would meet too (401, 403, 404, 415 …). */
  readonly refused: boolean;
}

const BACK_OFF_MS = 200;
const LONGEST_BACK_OFF_MS = 10_000;
const LONGEST_RETRY_AFTER_MS = 60_000;

/** The milliseconds before attempt number `attempt` + 1: doubled each time, at most 10 s, less up to a half at random. */
export function backOff(attempt: number, random: number): number {
  return Math.min(LONGEST_BACK_OFF_MS, BACK_OFF_MS * 2 ** (attempt - 1)) * (1 - random / 2);
}

/**
 * Whether an entry's `error_code` says that sending again may help. It does not for Confluent's 1 and 50002 (refused by
 * Kafka), nor for client errors (400 to 499, 40001 to 49999) other than "too many" and "too late".
 */
export function isRetriableCode(code: number): boolean {
  return !(code === 1 || code === 50002 || /^4(?!08|29)\d\d(\d\d)?$/.test(String(code)));
}

interface Entry {
  readonly partition: number | null;
  readonly offset: number | null;
  readonly error_code?: number | null;
  readonly error?: string | null;
}

/** The entries of an answer to `count` records, or undefined when it is no such answer. */
function parseEntries(body: string, count: number): Entry[] | undefined {
  try {
    const { offsets } = JSON.parse(body) as { offsets?: unknown };
    const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null;
    return Array.isArray(offsets) && offsets.length === count && offsets.every(isEntry) ? offsets : undefined;
  } catch {
    return undefined;
  }
}

/** Sorted, merged ranges of (partition, offset) pairs. */
export function offsetRanges(
  pairs: readonly (readonly [partition: number, offset: number])[],
): OffsetRange[] {
  const ranges: OffsetRange[] = [];
  for (const [partition, offset] of [...pairs].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = ranges.at(-1);
    if (last?.[0] === partition && offset <= last[2] + 1) last[2] = Math.max(last[2], offset);
    else ranges.push([partition, offset, offset]);
  }
  return ranges;
}

/** Cuts records into bodies of at most `bytes` bytes; a larger record gets a body of its own. */
export function splitByBytes(records: readonly string[], bytes: number): string[][] {
  const bodies: string[][] = [];
  let size = 0;
  for (const record of records) {
    const length = Buffer.byteLength(record) + 1;
    if (bodies.length === 0 || size + length > bytes) {
      bodies.push([]);
      size = '{"records":[]}'.length;
    }
    bodies.at(-1)?.push(record);
    size += length;
  }
  return bodies;
}

/** Sends the records of one topic. Built for one batch, as it gathers the batch's outcome. */
class BatchSender {
  private readonly acknowledged: [number, number][] = [];
  private readonly problems = new Set<string>();
  private failed = 0;
  private retried = 0;
  private attempts = 0;
  private refused = false;

  constructor(
    private readonly client: TopicClient,
    private readonly topic: string,
    private readonly policy: SendPolicy,
  ) {}

  outcome(sent: number): SendOutcome {
    const { failed, retried, attempts, refused } = this;
    return {
      sent,
      acknowledged: this.acknowledged.length,
      failed,
      retried,
      attempts,
      offsets: offsetRanges(this.acknowledged),
      problems: [...this.problems],
      refused,
    };
  }

  async send(records: readonly string[]): Promise<void> {
    const { attempts, clock, random, signal } = this.policy;
    let pending = records;
    for (let attempt = 1; ; attempt++) {
      if (this.refused || (signal?.aborted === true && attempt > 1)) {
        this.giveUp(
          pending.length,
          this.refused ? undefined : `${this.topic}: stopped before the next attempt.`,
        );
        return;
      }
      this.attempts += 1;
      if (attempt === 2) this.retried += pending.length;
      const result = await this.request(pending);
      if (result.split && pending.length > 1) {
        const half = Math.ceil(pending.length / 2);
        await this.send(pending.slice(0, half));
        await this.send(pending.slice(half));
        return;
      }
      pending = result.again;
      if (pending.length === 0) return;
      if (attempt >= attempts) {
        this.giveUp(pending.length, `${this.topic}: given up after ${attempts} attempts: ${result.reason}`);
        return;
      }
      const asked = Math.min(result.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
      await clock.sleep(Math.max(asked, backOff(attempt, random())), signal);
    }
  }

  /** Makes one request, and says which records to send again. */
  private async request(
    records: readonly string[],
  ): Promise<{ again: readonly string[]; reason: string; retryAfterMs?: number; split?: boolean }> {
    let answer: TopicAnswer;
    try {
      answer = await this.client.produce(this.topic, `{"records":[${records.join(',')}]}`);
    } catch (error) {
      if (error instanceof Error && error.name === 'CredentialsProviderError') {
        this.refuse(records.length, `there are no AWS credentials to sign with: ${error.message}`);
        return { again: [], reason: '' };
      }
      return { again: records, reason: errorText(error) };
    }
    const { status, retryAfterMs, body } = answer;
    const said = `the API answered ${status} ${body.slice(0, 300)}`;
    if (status >= 200 && status < 300) {
      const entries = parseEntries(body, records.length);
      if (entries === undefined) {
        return { again: records, reason: `${said}, which is no answer to ${records.length} records` };
      }
      return { again: this.take(records, entries), reason: said, retryAfterMs };
    }
    if (status === 408 || status === 429 || status >= 500)
      return { again: records, reason: said, retryAfterMs };
    if (status === 413) {
      if (records.length > 1) return { again: [], reason: said, split: true };
      this.giveUp(1, `${this.topic}: a record is too large: ${said}`);
    } else {
      this.refuse(records.length, said);
    }
    return { again: [], reason: said };
  }

  /** Notes the entries; returns the records that may succeed when sent again. */
  private take(records: readonly string[], entries: readonly Entry[]): string[] {
    const again: string[] = [];
    entries.forEach(({ partition, offset, error_code: code, error }, index) => {
      if (code === null || code === undefined) {
        if (Number.isInteger(partition) && Number.isInteger(offset)) {
          this.acknowledged.push([partition as number, offset as number]);
        } else again.push(records[index] as string);
      } else if (isRetriableCode(code)) again.push(records[index] as string);
      else this.giveUp(1, `${this.topic}: a record was refused with ${code} ${error ?? ''}`);
    });
    return again;
  }

  private refuse(count: number, reason: string): void {
    this.refused = true;
    this.giveUp(count, `${this.topic}: refused, and not tried again: ${reason}`);
  }

  private giveUp(count: number, problem: string | undefined): void {
    this.failed += count;
    // A batch may fail in hundreds of records for one reason.
    if (problem !== undefined && this.problems.size < 5) this.problems.add(problem);
  }
}

/**
 * Sends records of one topic, and waits for what becomes of them. Never throws for what the API or the network does.
 *
 * @param records the JSON texts `{"key":…,"value":…}`, in order.
 */
export async function sendRecords(
  client: TopicClient,
  topic: string,
  records: readonly string[],
  policy: SendPolicy,
): Promise<SendOutcome> {
  const sender = new BatchSender(client, topic, policy);
  for (const body of splitByBytes(records, policy.batchBytes)) await sender.send(body);
  return sender.outcome(records.length);
}

/**
 * Sends the records of one feed until each is acknowledged or has failed. Retries use the same key and the same bytes,
 * so a record written twice is still one post.
 */
import { errorText } from '../source/connection';
import type { ApiResponse, ApiClient } from './api-client';
import type { Clock } from './clock';
import type { Destination, Entry } from './destination';
import type { FeedRecord } from './records';

/** Limits of sending a batch. */
export interface SendPolicy {
  /** Maximum attempts per body. */
  readonly attempts: number;
  /** Maximum bytes of a body, unless one record alone is larger. */
  readonly batchBytes: number;
  readonly clock: Clock;
  /** A random number from 0 to 1 for the jitter. */
  readonly random: () => number;
  /** When aborted, the current request is completed, without retries. */
  readonly signal?: AbortSignal;
}

/** Outcome of the records. `sent` = `acknowledged` + `failed`. */
export interface SendOutcome<Place> {
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  /** Failed records that are permanently refused, for example as too large. */
  readonly unsendable: number;
  /** Records that were sent more than once. */
  readonly retried: number;
  /** Requests made. */
  readonly attempts: number;
  /** Where the acknowledged records are. */
  readonly places: readonly Place[];
  /** Why records failed, a sentence each. */
  readonly problems: readonly string[];
  /** True when the API refused the request in a way that applies to every later one (401, 403, 404, 415 …). */
  readonly refused: boolean;
}

const BACK_OFF_MS = 200;
const LONGEST_BACK_OFF_MS = 10_000;
const LONGEST_RETRY_AFTER_MS = 60_000;
/** Maximum reasons reported per batch, and rows per reason. */
const MOST_PROBLEMS = 5;

/**
 * The delay in milliseconds before attempt `attempt` + 1: doubled each time, at most 10 s, minus up to half at random.
 */
export function backOff(attempt: number, random: number): number {
  return Math.min(LONGEST_BACK_OFF_MS, BACK_OFF_MS * 2 ** (attempt - 1)) * (1 - random / 2);
}

/** A record to send, and its row number for problems. */
export interface SentText {
  readonly key: number;
  readonly text: string;
}

/** Splits records into bodies of at most `most` records and `bytes` bytes; a larger record gets its own body. */
export function splitByBytes(records: readonly SentText[], bytes: number, most = Infinity): SentText[][] {
  const bodies: SentText[][] = [];
  let size = 0;
  for (const record of records) {
    const length = Buffer.byteLength(record.text) + 1;
    let body = bodies.at(-1);
    if (body === undefined || size + length > bytes || body.length >= most) {
      body = [];
      bodies.push(body);
      size = '{"records":[]}'.length;
    }
    body.push(record);
    size += length;
  }
  return bodies;
}

/** `row 7 was`, `rows 7, 8 and 3 more were`. */
function rowsText(rows: readonly number[]): string {
  if (rows.length === 1) return `row ${rows[0] ?? ''} was`;
  const more = rows.length - MOST_PROBLEMS;
  return `rows ${rows.slice(0, MOST_PROBLEMS).join(', ')}${more > 0 ? ` and ${more} more` : ''} were`;
}

/** Result of one request. */
interface Unfinished {
  readonly again: readonly SentText[];
  /** Why they are to be sent again. */
  readonly reason: string;
  readonly retryAfterMs?: number;
  /** True when the body was too large: send the records in two halves. */
  readonly split?: boolean;
}

const FINISHED: Unfinished = { again: [], reason: '' };

/** Sends the records of one topic or stream; one instance per batch, as it collects the batch's outcome. */
class BatchSender<Place> {
  private readonly places: Place[] = [];
  private readonly problems = new Set<string>();
  /** The row numbers of refused records, by reason. */
  private readonly refusals = new Map<string, number[]>();
  private failed = 0;
  private unsendable = 0;
  private retried = 0;
  private attempts = 0;
  private refused = false;

  constructor(
    private readonly api: ApiClient,
    private readonly destination: Destination<Place>,
    private readonly policy: SendPolicy,
  ) {}

  outcome(sent: number): SendOutcome<Place> {
    const { failed, unsendable, retried, attempts, refused, places } = this;
    const { name } = this.destination;
    const problems = [
      ...[...this.refusals].map(([reason, rows]) => `${name}: ${rowsText(rows)} refused ${reason}`),
      ...[...this.problems].map((problem) => `${name}: ${problem}`),
    ];
    return {
      ...{ sent, acknowledged: places.length, failed, unsendable, retried, attempts },
      ...{ places, problems, refused },
    };
  }

  /** The texts of the records that can be sent; the others have failed. */
  texts(records: readonly FeedRecord[]): SentText[] {
    return records.flatMap((record) => {
      const objection = this.destination.objection(record);
      if (objection === undefined) return [{ key: record.key, text: this.destination.text(record) }];
      this.unsendable += 1;
      this.giveUp(1, `a record was not sent: ${objection}`);
      return [];
    });
  }

  async send(records: readonly SentText[]): Promise<void> {
    const { attempts, clock, random, signal } = this.policy;
    let pending = records;
    for (let attempt = 1; ; attempt++) {
      if (this.refused || (signal?.aborted === true && attempt > 1)) {
        this.giveUp(pending.length, this.refused ? undefined : 'stopped before the next attempt.');
        return;
      }
      this.attempts += 1;
      if (attempt === 2) this.retried += pending.length;
      const result = await this.request(pending);
      if (result.split === true) {
        const half = Math.ceil(pending.length / 2);
        await this.send(pending.slice(0, half));
        await this.send(pending.slice(half));
        return;
      }
      pending = result.again;
      if (pending.length === 0) return;
      if (attempt >= attempts) {
        this.giveUp(pending.length, `failed after ${attempts} attempts: ${result.reason}`);
        return;
      }
      const asked = Math.min(result.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
      await clock.sleep(Math.max(asked, backOff(attempt, random())), signal);
    }
  }

  /** Makes one request, and returns the records to send again. */
  private async request(records: readonly SentText[]): Promise<Unfinished> {
    let response: ApiResponse;
    try {
      response = await this.api.request(this.destination.request(records.map(({ text }) => text)));
    } catch (error) {
      if (error instanceof Error && error.name === 'CredentialsProviderError') {
        return this.refuse(records.length, `there are no AWS credentials to sign with: ${error.message}`);
      }
      return { again: records, reason: errorText(error) };
    }
    const { status, retryAfterMs, body } = response;
    const said = `the API responded with ${status} ${body.slice(0, 300)}`;
    if (status >= 200 && status < 300) {
      const entries = this.destination.entries(body, records.length);
      if (entries !== undefined) return { reason: said, ...this.take(records, entries), retryAfterMs };
      return { again: records, reason: `${said}, which is not a response to ${records.length} records` };
    }
    if (status === 408 || status === 429 || status >= 500) {
      return { again: records, reason: said, retryAfterMs };
    }
    if (status !== 413) return this.refuse(records.length, said);
    if (records.length > 1) return { again: records, reason: said, split: true };
    for (const record of records) this.refuseRecord(record, `as too large: ${said}`, true);
    return FINISHED;
  }

  /** Records the outcomes; returns the records to send again, and why the first of them failed. */
  private take(
    records: readonly SentText[],
    entries: readonly Entry<Place>[],
  ): { again: SentText[]; reason?: string } {
    const again: SentText[] = [];
    let reason: string | undefined;
    // If none was accepted, the refusal may concern the whole topic (permissions, policies), which can be fixed.
    const isOfRecord = entries.some(({ kind }) => kind === 'acknowledged');
    for (const [index, entry] of entries.entries()) {
      const record = records[index] as SentText;
      if (entry.kind === 'acknowledged') this.places.push(entry.place);
      else if (entry.kind === 'refused') this.refuseRecord(record, `with ${entry.reason}`, isOfRecord);
      else {
        again.push(record);
        reason ??= entry.reason;
      }
    }
    return reason === undefined ? { again } : { again, reason: `a record failed with ${reason}` };
  }

  private refuse(count: number, reason: string): Unfinished {
    this.refused = true;
    this.giveUp(count, `refused, not retried: ${reason}`);
    return FINISHED;
  }

  /** One record was refused; `forEver` means permanently. */
  private refuseRecord({ key }: SentText, reason: string, forEver: boolean): void {
    if (forEver) this.unsendable += 1;
    this.failed += 1;
    const rows = this.refusals.get(reason);
    if (rows !== undefined) rows.push(key);
    else if (this.refusals.size < MOST_PROBLEMS) this.refusals.set(reason, [key]);
  }

  private giveUp(count: number, problem: string | undefined): void {
    this.failed += count;
    if (problem !== undefined && this.problems.size < MOST_PROBLEMS) this.problems.add(problem);
  }
}

/**
 * Sends records to one topic or stream, one request after the other, and returns their outcome. Only records that
 * failed temporarily are sent again, in order; all records of a request without a readable response. Never throws for
 * errors of the API or the network.
 */
export async function sendRecords<Place>(
  api: ApiClient,
  destination: Destination<Place>,
  records: readonly FeedRecord[],
  policy: SendPolicy,
): Promise<SendOutcome<Place>> {
  const sender = new BatchSender(api, destination, policy);
  const bodies = splitByBytes(sender.texts(records), policy.batchBytes, destination.requestRecords);
  for (const body of bodies) await sender.send(body);
  return sender.outcome(records.length);
}

/**
 * Sends the records of one feed until every one is acknowledged or given up. What is sent again is sent under the same
 * key and with the same bytes, so that a record written twice is one post all the same.
 */
import { errorText } from '../source/connection';
import type { ApiAnswer, ApiClient } from './api-client';
import type { Clock } from './clock';
import type { Destination, Entry } from './destination';
import type { FeedRecord } from './records';

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

/** What became of the records. `sent` = `acknowledged` + `failed`. */
export interface SendOutcome<Place> {
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  /** Failed records that would be refused however often they were sent: too large, or wrong in another way. */
  readonly unsendable: number;
  /** Records that were sent more than once. */
  readonly retried: number;
  /** Requests made. */
  readonly attempts: number;
  /** Where the acknowledged records are. */
  readonly places: readonly Place[];
  /** Why records failed, a sentence each. */
  readonly problems: readonly string[];
  /** True when the API refused the request in a way that every later one would meet too (401, 403, 404, 415 …). */
  readonly refused: boolean;
}

const BACK_OFF_MS = 200;
const LONGEST_BACK_OFF_MS = 10_000;
const LONGEST_RETRY_AFTER_MS = 60_000;
/** A batch may fail in hundreds of records: so many reasons are told, and so many rows of one. */
const MOST_PROBLEMS = 5;

/** The milliseconds before attempt number `attempt` + 1: doubled each time, at most 10 s, less up to a half at random. */
export function backOff(attempt: number, random: number): number {
  return Math.min(LONGEST_BACK_OFF_MS, BACK_OFF_MS * 2 ** (attempt - 1)) * (1 - random / 2);
}

/** A record as it is sent, and the row number by which problems name it. */
export interface SentText {
  readonly key: number;
  readonly text: string;
}

/** Cuts records into bodies of at most `most` records and `bytes` bytes; a larger record gets a body of its own. */
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

/** What a request leaves to do. */
interface Unfinished {
  readonly again: readonly SentText[];
  /** Why they are to be sent again. */
  readonly reason: string;
  readonly retryAfterMs?: number;
  /** True when the body was too large: the same records in two halves. */
  readonly split?: boolean;
}

const FINISHED: Unfinished = { again: [], reason: '' };

/** Sends the records of one topic or stream. Built for one batch, as it gathers the batch's outcome. */
class BatchSender<Place> {
  private readonly places: Place[] = [];
  private readonly problems = new Set<string>();
  /** The row numbers of the records that were refused, by the reason. */
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
        this.giveUp(pending.length, `given up after ${attempts} attempts: ${result.reason}`);
        return;
      }
      const asked = Math.min(result.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
      await clock.sleep(Math.max(asked, backOff(attempt, random())), signal);
    }
  }

  /** Makes one request, and says which records to send again. */
  private async request(records: readonly SentText[]): Promise<Unfinished> {
    let answer: ApiAnswer;
    try {
      answer = await this.api.request(this.destination.request(records.map(({ text }) => text)));
    } catch (error) {
      if (error instanceof Error && error.name === 'CredentialsProviderError') {
        return this.refuse(records.length, `there are no AWS credentials to sign with: ${error.message}`);
      }
      return { again: records, reason: errorText(error) };
    }
    const { status, retryAfterMs, body } = answer;
    const said = `the API answered ${status} ${body.slice(0, 300)}`;
    if (status >= 200 && status < 300) {
      const entries = this.destination.entries(body, records.length);
      if (entries !== undefined) return { reason: said, ...this.take(records, entries), retryAfterMs };
      return { again: records, reason: `${said}, which is no answer to ${records.length} records` };
    }
    if (status === 408 || status === 429 || status >= 500) {
      return { again: records, reason: said, retryAfterMs };
    }
    if (status !== 413) return this.refuse(records.length, said);
    if (records.length > 1) return { again: records, reason: said, split: true };
    for (const record of records) this.refuseRecord(record, `as too large: ${said}`, true);
    return FINISHED;
  }

  /** Notes the entries; returns the records that may succeed when sent again, and why the first of them did not. */
  private take(
    records: readonly SentText[],
    entries: readonly Entry<Place>[],
  ): { again: SentText[]; reason?: string } {
    const again: SentText[] = [];
    let reason: string | undefined;
    // Without one that was taken, the refusal may be of the whole topic (its rights, its policies), and can be mended.
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
    this.giveUp(count, `refused, and not tried again: ${reason}`);
    return FINISHED;
  }

  /** One record was refused; `forEver` says that it would be again. */
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
 * Sends records to one topic or stream, one request after the other, and waits for what becomes of them. Only what an
 * answer says has failed for now is sent again, in its order; all records of a request when there is no answer, or none
 * that can be read. Never throws for what the API or the network does.
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

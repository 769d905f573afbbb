/** When the records that the API acknowledged were sent. */
import type { ApiAnswer, ApiClient, ApiRequest } from '../../services/emulator/api-client';

/** A record in a shard of a stream. */
export interface SentRecord {
  readonly shard: string;
  readonly number: bigint;
  /** Just before the first request that it was in, whether that one succeeded or not; milliseconds since 1970. */
  readonly sentAt: number;
}

interface Entry {
  readonly ShardId?: string;
  readonly SequenceNumber?: string;
}

function streamOf({ path }: ApiRequest): string {
  const [, stream] = /^\/streams\/([^/]+)\/records$/.exec(path) ?? [];
  if (stream === undefined)
    throw new Error(`${path} is no request whose times are known: expected /streams/<stream>/records.`);
  return stream;
}

/** The entries of an answer; none of one that is no success, or cannot be read: the emulator sends all again then. */
function entriesOf({ status, body }: ApiAnswer): readonly Entry[] {
  if (status < 200 || status >= 300) return [];
  try {
    return (JSON.parse(body) as { Records?: readonly Entry[] }).Records ?? [];
  } catch {
    return [];
  }
}

/** Looks at the requests to the streams and their answers; each stream's requests come one after the other. */
export class SentRecords {
  private readonly records = new Map<string, SentRecord[]>();
  /** By stream and partition key when a record was first sent that is not acknowledged yet. */
  private readonly begun = new Map<string, number>();

  constructor(private readonly now: () => number = Date.now) {}

  /** A stream's records so far, in the order of the answers. */
  of(stream: string): readonly SentRecord[] {
    return this.records.get(stream) ?? [];
  }

  /** The same client, looked at. */
  watching(api: ApiClient): ApiClient {
    return {
      request: async (request) => {
        const at = this.now();
        const stream = streamOf(request);
        const { records } = JSON.parse(request.body) as { records: readonly { 'partition-key': string }[] };
        const keys = records.map((record) => `${stream} ${record['partition-key']}`);
        for (const key of keys) if (!this.begun.has(key)) this.begun.set(key, at);
        const answer = await api.request(request);
        this.note(stream, keys, entriesOf(answer));
        return answer;
      },
      close: () => {
        api.close();
      },
    };
  }

  private note(stream: string, keys: readonly string[], entries: readonly Entry[]): void {
    const known = this.records.get(stream) ?? [];
    this.records.set(stream, known);
    const done: string[] = [];
    for (const [index, key] of keys.entries()) {
      const { ShardId: shard, SequenceNumber: number } = entries[index] ?? {};
      const sentAt = this.begun.get(key);
      if (shard === undefined || number === undefined || sentAt === undefined) continue;
      known.push({ shard, number: BigInt(number), sentAt });
      done.push(key);
    }
    // Afterwards, as one request may have a key twice.
    for (const key of done) this.begun.delete(key);
  }
}

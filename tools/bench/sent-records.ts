/** When the records that the API acknowledged were sent. */
import type { ApiClient } from '../../services/emulator/api-client';

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

/** Looks at the requests to the streams and their responses; each stream's requests come one after the other. */
export class SentRecords {
  private readonly records = new Map<string, SentRecord[]>();
  /** By stream and partition key when a record was first sent that is not acknowledged yet. */
  private readonly begun = new Map<string, number>();

  constructor(private readonly now: () => number = Date.now) {}

  /** A stream's records so far, in the order of the responses. */
  of(stream: string): readonly SentRecord[] {
    return this.records.get(stream) ?? [];
  }

  /** The same client, looked at. */
  watching(api: ApiClient): ApiClient {
    return {
      request: async (request) => {
        const at = this.now();
        const stream = request.path.split('/')[2] ?? '';
        const { records } = JSON.parse(request.body) as { records: readonly { 'partition-key': string }[] };
        const keys = records.map((record) => `${stream} ${record['partition-key']}`);
        for (const key of keys) if (!this.begun.has(key)) this.begun.set(key, at);
        const response = await api.request(request);
        // The emulator sends all again after a failure.
        if (response.status === 200)
          this.note(stream, keys, (JSON.parse(response.body) as { Records: readonly Entry[] }).Records);
        return response;
      },
      close: () => {
        api.close();
      },
    };
  }

  private note(stream: string, keys: readonly string[], entries: readonly Entry[]): void {
    const known = this.records.get(stream) ?? [];
    this.records.set(stream, known);
    const stored = keys.flatMap((key, index) => {
      const { ShardId: shard, SequenceNumber: number } = entries[index] ?? {};
      return shard === undefined || number === undefined ? [] : [{ key, shard, number: BigInt(number) }];
    });
    for (const { key, shard, number } of stored)
      known.push({ shard, number, sentAt: this.begun.get(key) ?? NaN });
    // Afterwards, as one request may have a key twice.
    for (const { key } of stored) this.begun.delete(key);
  }
}

/**
 * Encodes records as Kafka's record batch of version 2, uncompressed: https://kafka.apache.org/documentation/#recordbatch.
 * Into one buffer of the right size, where the library's encoder makes a dozen small ones a record; see docs/adr/0015.
 */
import { crc32c } from '@platformatic/kafka';

/** A record's content. */
export interface RecordContent {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** The producer that a batch is of, and the batch's place in what it sends to the partition. */
export interface BatchIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** The sequence number of the first record. */
  readonly sequence: number;
}

const HEAD_BYTES = 61;
/** The offset of what the length counts, and of what the checksum is over. */
const COUNTED_FROM = 12;
const CHECKED_FROM = 21;
const MAGIC = 2;
/** A record's attributes, its time after the first one's, and the number of its headers. */
const FIXED_BYTES = 3;

/** Bytes of a zigzag varint. */
function varintBytes(value: number): number {
  let rest = value < 0 ? -value * 2 - 1 : value * 2;
  let bytes = 1;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}

/** Writes a zigzag varint. @returns the offset after it. */
function writeVarint(to: Buffer, at: number, value: number): number {
  let rest = value < 0 ? -value * 2 - 1 : value * 2;
  let next = at;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    to[next] = (rest % 0x80) | 0x80;
    next += 1;
  }
  to[next] = rest;
  return next + 1;
}

function contentBytes(content: Buffer | null): number {
  return content === null ? 1 : varintBytes(content.length) + content.length;
}

function writeContent(to: Buffer, at: number, content: Buffer | null): number {
  if (content === null) return writeVarint(to, at, -1);
  const start = writeVarint(to, at, content.length);
  to.set(content, start);
  return start + content.length;
}

/**
 * Encodes a batch.
 *
 * @param records at least one.
 * @param timestamp of all records, in milliseconds since 1970.
 */
export function encodeRecordBatch(
  records: readonly RecordContent[],
  { producerId, producerEpoch, sequence }: BatchIdentity,
  timestamp: number,
): Buffer {
  const lengths = records.map(
    ({ key, value }, index) => FIXED_BYTES + varintBytes(index) + contentBytes(key) + contentBytes(value),
  );
  const bytes = lengths.reduce((sum, length) => sum + varintBytes(length) + length, HEAD_BYTES);
  const batch = Buffer.allocUnsafe(bytes);
  let at = HEAD_BYTES;
  records.forEach(({ key, value }, index) => {
    at = writeVarint(batch, at, lengths[index] ?? 0);
    batch[at] = 0; // attributes
    batch[at + 1] = 0; // no later than the first
    at = writeVarint(batch, at + 2, index);
    at = writeContent(batch, writeContent(batch, at, key), value);
    batch[at] = 0; // no headers
    at += 1;
  });
  const time = BigInt(timestamp);
  at = batch.writeBigInt64BE(0n); // the broker sets the offset
  at = batch.writeInt32BE(bytes - COUNTED_FROM, at);
  at = batch.writeInt32BE(0, at); // the broker sets the leader's epoch, too
  at = batch.writeInt8(MAGIC, at) + 4; // the checksum follows at the end
  at = batch.writeInt16BE(0, at); // no compression, the producer's time
  at = batch.writeInt32BE(records.length - 1, at);
  at = batch.writeBigInt64BE(time, at);
  at = batch.writeBigInt64BE(time, at);
  at = batch.writeBigInt64BE(producerId, at);
  at = batch.writeInt16BE(producerEpoch, at);
  at = batch.writeInt32BE(sequence, at);
  batch.writeInt32BE(records.length, at);
  batch.writeUInt32BE(crc32c(batch.subarray(CHECKED_FROM)), CHECKED_FROM - 4);
  return batch;
}

/** Chooses a record's partition like Kafka's Java producer: murmur2 of the key's bytes. */

/**
 * Kafka's murmur2 (32 bits, seed 0x9747b28c).
 *
 * @returns a signed 32-bit number.
 */
export function murmur2(bytes: Buffer): number {
  const M = 0x5bd1e995;
  const whole = bytes.length & ~3;
  let hash = 0x9747b28c ^ bytes.length;
  for (let i = 0; i < whole; i += 4) {
    let k = Math.imul(bytes.readInt32LE(i), M);
    k ^= k >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(k, M);
  }
  const rest = bytes.length - whole;
  if (rest > 0) {
    hash = Math.imul(hash ^ bytes.readUIntLE(whole, rest), M);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
}

/** The partition of a key among `partitions` of them. */
export function partitionOfKey(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** Assigns records without a key to a topic's partitions, round-robin. */
export class Spreader {
  private readonly next = new Map<string, number>();

  /** The partition of the topic's next record without a key. */
  partition(topic: string, partitions: number): number {
    const turn = (this.next.get(topic) ?? 0) % partitions;
    this.next.set(topic, turn + 1);
    return turn;
  }
}

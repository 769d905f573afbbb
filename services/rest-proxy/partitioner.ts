/**
 * Chooses a record's partition as Kafka's Java producer does: by murmur2 of the key's bytes, so that a key sent through the
 * proxy lands where a Java producer would put the same bytes. The clients' own functions compute it with big integers, in
 * thirty times as long.
 */

/** MurmurHash2 with Kafka's seed (`org.apache.kafka.common.utils.Utils.murmur2`), as a signed 32-bit integer. */
function murmur2(bytes: Buffer): number {
  const { length } = bytes;
  const m = 0x5bd1e995;
  let hash = 0x9747b28c ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let k = Math.imul(bytes.readInt32LE(at), m);
    k = Math.imul(k ^ (k >>> 24), m);
    hash = Math.imul(hash, m) ^ k;
  }
  if (at < length) hash = Math.imul(hash ^ bytes.readUIntLE(at, length - at), m);
  hash = Math.imul(hash ^ (hash >>> 13), m);
  return hash ^ (hash >>> 15);
}

/** The partition of a key among `partitions` of them. */
export function partitionOfKey(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** The last partition that was taken by a record without a key, by topic. */
const turns = new Map<string, number>();
const MAX_TURNS = 10_000;

/** The partition of a topic's next record without a key: each in turn, from any one on. */
export function nextPartition(topic: string, partitions: number): number {
  const turn = (turns.get(topic) ?? Math.floor(Math.random() * partitions)) + 1;
  if (turns.size >= MAX_TURNS) turns.clear();
  turns.set(topic, turn % partitions);
  return turn % partitions;
}

/**
 * Chooses a record's partition by kafkajs' own partitioner, which does as Kafka's Java producer does: murmur2 of the key's bytes,
 * so that a key sent through the proxy lands where a Java producer would put the same bytes.
 */
import { Partitioners, type PartitionMetadata } from 'kafkajs';

const choose = Partitioners.DefaultPartitioner();

/** Partitions as the partitioner wants them, all there; by their number, as they are asked for with every record. */
const metadata = new Map<number, PartitionMetadata[]>();

function partitionsOf(count: number): PartitionMetadata[] {
  let found = metadata.get(count);
  if (found === undefined) {
    found = Array.from({ length: count }, (_, partitionId) => ({
      partitionErrorCode: 0,
      partitionId,
      leader: 0,
      replicas: [],
      isr: [],
    }));
    metadata.set(count, found);
  }
  return found;
}

/** The partition of a key among `partitions` of them. */
export function partitionOfKey(key: Buffer, partitions: number): number {
  return choose({ topic: '', partitionMetadata: partitionsOf(partitions), message: { key, value: null } });
}

/** The partition of a topic's next record without a key: each in turn. */
export function nextPartition(topic: string, partitions: number): number {
  return choose({ topic, partitionMetadata: partitionsOf(partitions), message: { value: null } });
}

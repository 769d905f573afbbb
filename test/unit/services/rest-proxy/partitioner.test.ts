import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { nextPartition, partitionOfKey } from '../../../../services/rest-proxy/partitioner';

// The values of Kafka's own UtilsTest.testMurmur2; a partition is the hash without its sign, modulo.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['abc', 479470107],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
])('puts %s where Java does', (key, hash) => {
  // Up to 65,537, a prime, so that all 31 bits of the hash count.
  for (const partitions of [1, 3, 7, 50, 65_537])
    expect(partitionOfKey(Buffer.from(key), partitions)).toBe((hash & 0x7fffffff) % partitions);
});

test('puts any key where kafkajs does', () => {
  const choose = Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: 97 }, (_, partitionId) => ({
    ...{ partitionErrorCode: 0, partitionId, leader: 0, replicas: [], isr: [] },
  }));
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
      const key = Buffer.from(bytes);
      expect(partitionOfKey(key, 97)).toBe(
        choose({ topic: 't', partitionMetadata, message: { key, value: null } }),
      );
    }),
    { numRuns: 1000 },
  );
});

test('deals records without a key out over all partitions, topic by topic', () => {
  const first = nextPartition('a', 3);
  expect([1, 2, 3].map(() => nextPartition('a', 3))).toEqual([1, 2, 3].map((n) => (first + n) % 3));
  const other = nextPartition('b', 3);
  nextPartition('a', 3);
  expect(nextPartition('b', 3)).toBe((other + 1) % 3);
  // The topic may have been recreated with fewer partitions.
  expect(nextPartition('a', 1)).toBe(0);
});

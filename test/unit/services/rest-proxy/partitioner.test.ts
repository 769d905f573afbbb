import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { Spreader, murmur2, partitionOfKey } from '../../../../services/rest-proxy/partitioner';

// The values of Kafka's own UtilsTest.testMurmur2.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['abc', 479470107],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
])('hashes %s as Java does', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
});

test('puts any bytes where kafkajs, which follows Java, puts them', () => {
  const java = Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: 7 }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
      const key = Buffer.from(bytes);
      expect(partitionOfKey(key, 7)).toBe(
        java({ topic: 't', partitionMetadata, message: { key, value: null } }),
      );
    }),
    { numRuns: 1000 },
  );
});

test('distributes records without a key over all partitions, topic by topic', () => {
  const spreader = new Spreader();
  expect([1, 2, 3, 4].map(() => spreader.partition('a', 3))).toEqual([0, 1, 2, 0]);
  expect(spreader.partition('b', 3)).toBe(0);
  // The topic may have been recreated with fewer partitions.
  expect(spreader.partition('a', 1)).toBe(0);
});

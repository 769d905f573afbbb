import { type MessageRecord, NumericMap, createRecordsBatch } from '@platformatic/kafka';
import fc from 'fast-check';
import { encodeRecordBatch } from '../../../../services/kafka-client/record-batch';

const NOW = Date.UTC(2026, 10, 29);

/** Content around the lengths at which a varint gets longer. */
const content = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(63, 64, 8191, 8192, 20_000).map((length) => Buffer.alloc(length, 'x')),
);

test('encodes as the library does, byte for byte', () => {
  const sequences = fc.constantFrom(0, 1, 2 ** 31 - 1);
  const record = fc.record({ key: content, value: content });
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 100 }), sequences, (records, sequence) => {
      const producer = { producerId: 2n ** 40n + 7n, producerEpoch: 3 };
      const messages = records.map(({ key, value }) => ({
        ...{ key, value, topic: 't', partition: 0 },
        timestamp: BigInt(NOW),
      })) as MessageRecord[];
      const expected = createRecordsBatch(messages, {
        ...producer,
        sequences: new NumericMap([['t:0', sequence]]),
      });
      expect(encodeRecordBatch(records, { ...producer, sequence }, NOW).equals(expected.buffer)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

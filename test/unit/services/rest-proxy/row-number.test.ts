import fc from 'fast-check';
import { FEEDS, type FeedName } from '../../../../services/contract';
import { partitionOfKey } from '../../../../services/rest-proxy/partitioner';
import { readProduceRequest, type ProduceRecord } from '../../../../services/rest-proxy/produce-request';
import { partitionOfRowNumber } from '../../../../services/rest-proxy/row-number';
import cases from '../../../row-numbers.json';

const read = (feed: FeedName, ...records: readonly string[]): ProduceRecord[] =>
  readProduceRequest(Buffer.from(`{"records":[${records.join(',')}]}`), {
    rowNumberMember: FEEDS[feed].rowNumber,
  });

// engines/table-engine/tests/test_clean.py holds the cleaning to the same cases.
test.each(cases)('the row number of $feed $value is $rowNumber', ({ feed, value, rowNumber }) => {
  const [record] = read(feed as FeedName, `{"value":${value}}`);
  expect(record?.rowNumber).toBe(rowNumber ?? undefined);
  expect(record?.key?.toString()).toBe(rowNumber === null ? undefined : String(rowNumber));
  expect(record?.value?.toString()).toBe(value);
});

test('an own key keeps its bytes, and a null value has no row number', () => {
  const records = read(
    'geo',
    '{"key":"17","value":{"ind":17}}',
    '{"value":{"ind":18},"key":[1 ,2]}',
    '{"key":null,"value":{"ind":19},"partition":0}',
    '{"key":17,"value":null}',
  );
  expect(records.map(({ key, rowNumber }) => [key?.toString(), rowNumber])).toEqual([
    ['"17"', 17],
    ['[1 ,2]', 18],
    ['19', 19],
    ['17', undefined],
  ]);
});

test('in a topic that is no feed’s there are no row numbers', () => {
  const [record] = readProduceRequest(Buffer.from('{"records":[{"value":{"ind":17,"index":17}}]}'));
  expect(record).toMatchObject({ key: null, rowNumber: undefined });
});

test('the row number is found in any position', () => {
  const others = fc.dictionary(
    fc.string().filter((name) => name !== 'ind'),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(others, others, fc.integer(), (before, after, ind) => {
      // A key such as "1" would go before the others in an object of JavaScript's, so that texts are joined.
      const members = [before, { ind }, after].map((part) => JSON.stringify(part).slice(1, -1));
      const value = `{${members.filter((text) => text !== '').join(',')}}`;
      expect(read('geo', `{"value":${value}}`)[0]?.rowNumber).toBe(ind | 0);
    }),
  );
});

test('a post is in the partition of its row number as a key', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 50 }), (rowNumber, partitions) => {
      expect(partitionOfRowNumber(rowNumber, partitions)).toBe(
        partitionOfKey(Buffer.from(`${rowNumber}`), partitions),
      );
    }),
  );
});

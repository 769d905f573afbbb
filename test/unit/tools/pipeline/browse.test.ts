import type { BrowsedRecord } from '../../../../tools/pipeline/flow';
import { newestFirst, valueText } from '../../../../tools/pipeline/browse';

const record = (time: string, partition: string, position: string): BrowsedRecord => ({
  ...{ time, partition, position },
  ...{ key: null, value: null },
});

test('the newest come first, and of one time the later position, as a number', () => {
  const [a, b, c, d] = [
    record('2026-01-31T12:00:00.000Z', '1', '50'),
    record('2026-01-31T12:00:01.000Z', '0', '9'),
    record('2026-01-31T12:00:01.000Z', '0', '10'),
    record('2026-01-31T12:00:02.000Z', '2', '1'),
  ] as const;
  expect(newestFirst([a, b, c, d], 3)).toEqual([d, c, b]);
});

test('a long value is cut with a mark, and bytes that are no text are replaced', () => {
  expect(valueText(Buffer.from('é€'))).toBe('é€');
  expect(valueText(Buffer.from([0x61, 0xff]))).toBe('a�');
  const cut = valueText(Buffer.alloc(100_001, 'x'));
  expect(cut.replace(/^x+/, '')).toBe(' … (cut, of 100001 bytes)');
  expect(cut.lastIndexOf('x')).toBe(99_999);
});

import { age, count, duration, moment, rate } from '../../../../../tools/web/page/format';

test.each([
  [null, '–'],
  [undefined, '–'],
  [0, '0'],
  [1_234_567, '1,234,567'],
])('the count %p is %s', (value, text) => {
  expect(count(value)).toBe(text);
});

test.each([
  [null, '–'],
  [0, '0/s'],
  [9.84, '9.8/s'],
  [12_345.6, '12,346/s'],
])('the rate %p is %s', (value, text) => {
  expect(rate(value)).toBe(text);
});

test.each([
  [null, '–'],
  [0.421, '0.42 s'],
  [1.25, '1.3 s'],
  [12.4, '12 s'],
  [119, '119 s'],
  [120, '2 min'],
  [7200, '2 h'],
  [172_800, '2 d'],
])('%p seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

const NOW = Date.parse('2026-01-31T12:00:00Z');

test.each([
  [null, '–'],
  ['yesterday', '–'],
  ['2026-01-31T11:59:57.100Z', '2 s'],
  ['2026-01-31T11:59:00Z', '60 s'],
  ['2026-01-31T09:00:00Z', '3 h'],
  // By a clock that is ahead.
  ['2026-01-31T12:00:05Z', '0 s'],
])('the age of %p is %s', (time, text) => {
  expect(age(time, NOW)).toBe(text);
});

test.each([
  [null, '–'],
  ['2026-01-31T13:00:00.5+01:00', '2026-01-31 12:00:00.500'],
])('the moment %p is %s', (time, text) => {
  expect(moment(time)).toBe(text);
});

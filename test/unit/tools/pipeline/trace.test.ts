import { hasRowNumber } from '../../../../tools/pipeline/trace';

test.each([
  ['{"ind":7}', true],
  ['{"ind":"7"}', true],
  ['{"ind":71}', false],
  ['{"other":{"ind":7}}', false],
  ['[7]', false],
  ['null', false],
  ['{"ind":7', false],
])('%s is of the post 7: %s', (text, expected) => {
  expect(hasRowNumber(Buffer.from(text), 'ind', 7)).toBe(expected);
});

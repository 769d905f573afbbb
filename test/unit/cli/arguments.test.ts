import { InvalidArgumentError } from 'commander';
import { checked, decimalNumber, wholeNumber } from '../../../cli/arguments';

describe('parsers of option values', () => {
  test('whole numbers within bounds', () => {
    const parse = wholeNumber(1, 65_535);
    expect([parse('1'), parse('65535'), parse('007')]).toEqual([1, 65_535, 7]);
    for (const text of ['', ' 1', '0', '65536', '-1', '1.5', '1e3', '0x10', 'many', '٣']) {
      expect(() => parse(text)).toThrow(InvalidArgumentError);
      expect(() => parse(text)).toThrow('Expected a whole number from 1 to 65535, for example 11000.');
    }
  });

  test('the example of a whole number is within its bounds', () => {
    expect(() => wholeNumber(0, 60)('x')).toThrow('for example 60.');
    expect(() => wholeNumber(20_000, 30_000)('x')).toThrow('for example 20000.');
  });

  test('decimals from 0', () => {
    const parse = decimalNumber('posts a second', 100, 20);
    expect([parse('0'), parse('0.5'), parse('100')]).toEqual([0, 0.5, 100]);
    for (const text of ['', '.5', '1.', '-1', '100.1', '1e1', 'Infinity', 'NaN', 'fast']) {
      expect(() => parse(text)).toThrow('Expected posts a second from 0 to 100, for example 20.');
    }
  });

  test('what a check throws is what commander shows', () => {
    const parse = checked((text) => {
      throw new Error(`no ${text}`);
    });
    expect(() => parse('x')).toThrow(new InvalidArgumentError('no x'));
  });
});

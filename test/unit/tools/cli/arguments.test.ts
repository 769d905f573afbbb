import { InvalidArgumentError } from 'commander';
import { checked, decimalNumber, isoTime, wholeNumber, memorySize } from '../../../../tools/cli/arguments';

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

  test('times', () => {
    expect(isoTime('2026-01-31').toISOString()).toBe('2026-01-31T00:00:00.000Z');
    expect(isoTime('2026-01-31 12:00').toISOString()).toBe('2026-01-31T12:00:00.000Z');
    expect(isoTime('2026-01-31T12:00:01.5').toISOString()).toBe('2026-01-31T12:00:01.500Z');
    expect(isoTime('2026-01-31T12:00:00+02:00').toISOString()).toBe('2026-01-31T10:00:00.000Z');
    expect(isoTime('2024-02-29T23:59:59Z').toISOString()).toBe('2024-02-29T23:59:59.000Z');
    for (const text of [
      '',
      'now',
      '1',
      '2026',
      '2026-13-01',
      '2026-02-29',
      '2026-01-31T25:00',
      '2026-01-31Z',
      ' 2026-01-31',
    ]) {
      expect(() => isoTime(text)).toThrow('Expected a time in ISO 8601, for example 2026-01-31T12:00:00Z.');
    }
  });

  test('of memory, in the units that the engines take', () => {
    for (const text of ['500MB', '1GB', '1.5GB', '2 GiB', '700MiB']) expect(memorySize(text)).toBe(text);
    for (const text of ['', '0GB', '1', '1TB', '1gb', '-1GB', 'GB', '1GB x', '1e3MB']) {
      expect(() => memorySize(text)).toThrow('Expected an amount of memory in MB, GB, MiB or GiB');
    }
  });

  test('what a check throws is what commander shows', () => {
    const parse = checked((text) => {
      throw new Error(`no ${text}`);
    });
    expect(() => parse('x')).toThrow(new InvalidArgumentError('no x'));
  });
});

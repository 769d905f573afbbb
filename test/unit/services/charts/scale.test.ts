import fc from 'fast-check';
import { scaleOf } from '../../../../services/charts/scale';

describe('scaleOf', () => {
  it.each([
    [[7], [0, 2, 4, 6, 8]],
    [[1], [0, 0.25, 0.5, 0.75, 1]],
    [
      [400, null, 3],
      [0, 100, 200, 300, 400],
    ],
    [[2_300_000], [0, 1_000_000, 2_000_000, 3_000_000]],
    [[0.3], [0, 0.1, 0.2, 0.3]],
    [[], [0, 0.25, 0.5, 0.75, 1]],
    [
      [null, -5, 0],
      [0, 0.25, 0.5, 0.75, 1],
    ],
  ])('of %j has the ticks %j', (values, ticks) => {
    expect(scaleOf(values).ticks).toEqual(ticks);
  });

  it('has no value outside, between 2 and 6 ticks, and keeps the order of values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e18, noNaN: true }), { minLength: 1 }), (values) => {
        const { ticks, at } = scaleOf(values);
        const [low, high] = [Math.min(...values), Math.max(...values)];
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(high * (1 - 1e-9));
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(6);
        expect(at(low)).toBeLessThanOrEqual(at(high));
        expect(at(low)).toBeGreaterThanOrEqual(0);
        expect(at(high)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('puts values below 0 at 0', () => {
    expect(scaleOf([-3, 10]).at(-3)).toBe(0);
  });
});

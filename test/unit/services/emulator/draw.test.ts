import * as fc from 'fast-check';
import { createDraw } from '../../../../services/emulator/draw';

test('mode all takes every row once, ascending, and no more', () => {
  const draw = createDraw('all', 100, [3, 5, 900]);
  expect([0, 1, 2].map(draw)).toEqual([3, 5, 900]);
  expect(() => draw(3)).toThrow('There is no post at position 3: the source holds 3 posts.');
});

test('mode random draws the same at a position whatever was drawn before, and only rows that exist', () => {
  const rowNumbers = [2, 3, 5, 7, 11, 13];
  const sequence = Array.from({ length: 500 }, (_, position) =>
    createDraw('random', 9, rowNumbers)(position),
  );
  const draw = createDraw('random', 9, rowNumbers);
  fc.assert(
    fc.property(fc.nat(499), (position) => {
      expect(draw(position)).toBe(sequence[position]);
      expect(rowNumbers).toContain(draw(position));
    }),
  );
  expect(Array.from({ length: 500 }, (_, p) => createDraw('random', 10, rowNumbers)(p))).not.toEqual(
    sequence,
  );
});

test('mode random is even over the rows, also the last of a million', () => {
  const counts = new Map<number, number>();
  const draw = createDraw('random', 100, [10, 20, 30, 40, 50]);
  for (let position = 0; position < 50_000; position++) {
    counts.set(draw(position), (counts.get(draw(position)) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([10, 20, 30, 40, 50]);
  // Five standard deviations; the seed is fixed.
  for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(450);
  const many = createDraw(
    'random',
    100,
    Float64Array.from({ length: 1_000_000 }, (_, n) => n),
  );
  const drawn = Array.from({ length: 10_000 }, (_, position) => many(position));
  expect(Math.max(...drawn)).toBeGreaterThan(999_000);
  expect(Math.min(...drawn)).toBeLessThan(1000);
  expect(new Set(drawn.map((n) => n % 2)).size).toBe(2);
});

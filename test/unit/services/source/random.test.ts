import { RandomStream } from '../../../../services/source/random';

function draws(seed: number, purpose: number, index: number): number[] {
  const random = new RandomStream().reset(seed, purpose, index);
  return Array.from({ length: 8 }, () => random.next());
}

test('a stream depends on seed, purpose and index, high bits too, and on nothing else', () => {
  const inputs: [number, number, number][] = [
    [100, 1, 0],
    [101, 1, 0],
    [100, 2, 0],
    [100, 1, 1],
    [100 + 2 ** 32, 1, 0],
    [100, 1, 2 ** 32],
    [100, 1, -1],
  ];
  const all = inputs.map((input) => draws(...input).join());
  expect(new Set(all).size).toBe(inputs.length);
  expect(inputs.map((input) => draws(...input).join())).toEqual(all);
});

test('neighbouring streams are even and unrelated', () => {
  const random = new RandomStream();
  const buckets = new Array<number>(10).fill(0);
  for (let index = 0; index < 100_000; index++) {
    const bucket = random.reset(100, 1, index).below(10);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  // Chi-squared with 9 degrees of freedom: above 33 in one of 10,000 seeds, and this seed is fixed.
  const chi = buckets.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  expect(chi).toBeLessThan(33);
});

test('fraction, below, between, skewed, chance and pick stay in their ranges', () => {
  const random = new RandomStream().reset(7, 1, 1);
  let small = 0;
  let hits = 0;
  for (let i = 0; i < 10_000; i++) {
    const fraction = random.fraction();
    expect(fraction >= 0 && fraction < 1).toBe(true);
    expect([0, 1, 2]).toContain(random.below(3));
    expect([-2, -1, 0, 1]).toContain(random.between(-2, 1));
    if (random.skewed(100) < 25) small += 1;
    if (random.chance(0.1)) hits += 1;
    expect(['a', 'b']).toContain(random.pick(['a', 'b']));
  }
  expect(Math.abs(small - 5000)).toBeLessThan(250);
  expect(Math.abs(hits - 1000)).toBeLessThan(150);
});

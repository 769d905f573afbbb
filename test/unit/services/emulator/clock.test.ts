import { Pacer, batchSize, systemClock, type Pace } from '../../../../services/emulator/clock';
import { JumpingClock } from './ports';

test('posts are spread evenly at the rate', async () => {
  const clock = new JumpingClock();
  const pacer = new Pacer(() => ({ paused: false, rate: 100 }), clock);
  const times: number[] = [];
  for (let i = 0; i < 4; i++) {
    await pacer.pass(25);
    times.push(clock.now());
    clock.advance(30);
  }
  expect(times).toEqual([0, 250, 500, 750]);
});

test('a delay is caught up, but no more than a second of it', async () => {
  const clock = new JumpingClock();
  const pacer = new Pacer(() => ({ paused: false, rate: 100 }), clock);
  await pacer.pass(25);
  clock.advance(10_000);
  let atOnce = 0;
  for (const before = clock.now(); clock.now() === before; atOnce++) await pacer.pass(25);
  // Four batches make a second; the sixth has to wait.
  expect(atOnce).toBe(6);
});

test('rate 0 never waits', async () => {
  const clock = new JumpingClock();
  const pacer = new Pacer(() => ({ paused: false, rate: 0 }), clock);
  for (let i = 0; i < 100; i++) await pacer.pass(500);
  expect(clock.sleeps).toEqual([]);
});

test('a batch is a quarter of a second’s posts, at least one, at most the limit', () => {
  expect([0, 0.1, 3, 100, 500, 9999].map((rate) => batchSize(rate, 500))).toEqual([500, 1, 1, 25, 125, 500]);
});

test('the real clock sleeps, and wakes when aborted before or meanwhile', async () => {
  const before = systemClock.now();
  await systemClock.sleep(20);
  expect(systemClock.now() - before).toBeGreaterThanOrEqual(19);
  const controller = new AbortController();
  const sleeping = systemClock.sleep(60_000, controller.signal);
  controller.abort();
  await sleeping;
  await systemClock.sleep(60_000, controller.signal);
});

test('a pause and a new rate take effect while posts wait, and what was not sent is not caught up', async () => {
  const clock = new JumpingClock();
  let pace: Pace | undefined = { paused: false, rate: 0.01 };
  const at = (time: number, next: Pace | undefined): void => {
    if (clock.now() >= time) pace = next;
  };
  const pacer = new Pacer(() => {
    at(1_000, { paused: true, rate: 0.01 });
    at(30_000, { paused: false, rate: 4 });
    at(31_000, undefined);
    return pace;
  }, clock);
  const sent: [number, number][] = [];
  for (let posts = -1; posts !== 0;) {
    posts = await pacer.pass(500);
    sent.push([clock.now(), posts]);
  }
  expect(sent).toEqual([
    [0, 1],
    [30_000, 1],
    [30_250, 1],
    [30_500, 1],
    [30_750, 1],
    [31_000, 0],
  ]);
});

import { checkOptions } from '../../../../services/emulator';
import { optionsFor } from '../../../../lambda/emulator/event';

const stage = { userId: 'me', seed: 7, posts: 500, rate: 20 };

test('what asks for nothing is the schedule to the topics', () => {
  const scheduled = { ...stage, destination: 'topics', mode: 'random', run: 'scheduled-7' };
  for (const event of [undefined, null, 'streams', 3, {}, { version: '0', 'detail-type': 'Scheduled' }]) {
    expect(optionsFor(stage, event)).toEqual(scheduled);
  }
});

test('a destination has a run of the schedule of its own', () => {
  expect(optionsFor(stage, { destination: 'streams' })).toEqual({
    ...stage,
    destination: 'streams',
    mode: 'random',
    run: 'scheduled-7-streams',
  });
});

test('a mode or a seed has the run that is named after it, next to the schedule', () => {
  const run = (event: object): string => checkOptions(optionsFor(stage, event)).run;
  expect(run({ seed: 7 })).toBe('random-7');
  expect(run({ mode: 'all' })).toBe('all-7');
  expect(run({ mode: 'random', seed: 100, destination: 'streams' })).toBe('random-100-streams');
  expect(run({ seed: 7, run: 'mine' })).toBe('mine');
  expect(run({ posts: 3 })).toBe('scheduled-7');
});

test('the number of posts is the stage’s unless asked for, and all of them when every post is sent once', () => {
  const posts = (event: object): number | undefined => optionsFor(stage, event).posts;
  expect(posts({ seed: 1 })).toBe(500);
  expect(posts({ posts: 3 })).toBe(3);
  expect(posts({ mode: 'all' })).toBeUndefined();
  expect(posts({ mode: 'all', posts: 3 })).toBe(3);
});

test('no event changes user id or rate', () => {
  expect(optionsFor(stage, { userId: 'you', rate: 0, posts: 3 })).toMatchObject({ userId: 'me', rate: 20 });
});

test('fields of a wrong type are told at once', () => {
  expect(() => optionsFor(stage, { posts: '3', seed: null, mode: 'all' })).toThrow(
    'The emulator\'s event is wrong: seed is null, expected a number; posts is "3", expected a number.',
  );
});

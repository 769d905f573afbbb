import { checkOptions, type EmulatorOptions } from '../../../../services/emulator/options';

test('has defaults for everything', () => {
  expect(checkOptions({})).toEqual({
    userId: 'pinterest',
    destination: 'topics',
    streamRoute: 'records',
    mode: 'random',
    seed: 100,
    run: 'random-100',
    posts: Infinity,
    rate: 500,
    pause: 0,
    batchPosts: 500,
    batchBytes: 500_000,
    attempts: 10,
  });
  expect(checkOptions({ mode: 'all', seed: 7 }).run).toBe('all-7');
  expect(checkOptions({ destination: 'streams', seed: 7 }).run).toBe('random-7-streams');
  expect(checkOptions({ destination: 'streams', run: 'mine' }).run).toBe('mine');
});

test('undefined is the same as left out', () => {
  expect(checkOptions({ rate: undefined, posts: undefined, run: undefined })).toEqual(checkOptions({}));
});

test.each<[EmulatorOptions, string]>([
  [{ userId: 'a.b' }, 'The user id "a.b" cannot be used'],
  [{ seed: -1 }, 'The seed -1 cannot be used'],
  [{ mode: 'some' as 'all' }, 'mode "some" cannot be used: expected "all" or "random"'],
  [{ run: '../x' }, 'run "../x" cannot be used'],
  [{ destination: 'kinesis' as 'streams' }, 'destination "kinesis" cannot be used: expected "topics" or'],
  [
    { destination: 'streams', streamRoute: 'put' as 'record' },
    'streamRoute "put" cannot be used: expected "records" or "record"',
  ],
  [{ streamRoute: 'record' }, 'streamRoute "record" cannot be used: expected the destination "streams"'],
  [{ posts: 0 }, 'number of posts 0 cannot be used: expected an integer of at least 1'],
  [{ posts: 1.5 }, 'number of posts 1.5'],
  [{ posts: NaN }, 'number of posts'],
  [{ rate: -1 }, 'rate -1 cannot be used'],
  [{ rate: Infinity }, 'rate'],
  [{ pause: 61 }, 'pause 61 cannot be used: expected seconds from 0 to 60'],
  [{ pause: NaN }, 'pause'],
  [{ batchPosts: 0 }, 'batchPosts 0 cannot be used: expected an integer from 1 to 10000'],
  [{ batchBytes: 9e9 }, 'batchBytes 9000000000'],
  [{ attempts: 2.5 }, 'attempts 2.5'],
])('refuses %p', (options, message) => {
  expect(() => checkOptions(options)).toThrow(message);
});

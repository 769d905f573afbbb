import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { FEEDS, FEED_NAMES } from '../../../../services/contract';
import { PostGenerator, generatePosts } from '../../../../services/source/generator';
import type { Post, SourceRow } from '../../../../services/source/rows';
import { TIED_COUNTRIES } from '../../../../services/source/vocabulary';
import { cleanAll, cleanGeo, cleanPin, cleanUser, followerCount } from '../../../oracle/clean';
import { ageGroup } from '../../../oracle/answers';

const posts = [...generatePosts({ seed: 100, from: 0, to: 11_000 })];

function share(predicate: (post: Post) => boolean): number {
  return posts.filter(predicate).length / posts.length;
}

/** How many categories share the first place among the posts. */
function leaders(group: readonly Post[]): number {
  const counts = new Map<string, number>();
  for (const { pin } of group) counts.set(pin.category, (counts.get(pin.category) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts.values()].filter((count) => count === most).length;
}

test('the same seed gives the same bytes', () => {
  const digest = createHash('sha256');
  for (const post of generatePosts({ seed: 100, from: 0, to: 1000 })) digest.update(JSON.stringify(post));
  // Another digest means another data set for everyone's seed: raise GENERATOR_VERSION then.
  expect(digest.digest('hex')).toBe('0c4df7107bdecd800ec76df5bd29f82c29611299f34fa3abc21fe1bc46ebe7fe');
});

test('row n depends on the seed and n alone', () => {
  const generator = new PostGenerator(100);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_999 }), (n) => {
      expect(generator.post(n)).toEqual(posts[n]);
    }),
  );
  expect([...generatePosts({ seed: 100, from: 5000, to: 5010 })]).toEqual(posts.slice(5000, 5010));
});

test('another seed gives other posts, also beyond 32 bits', () => {
  const titles = [7, 8, 2 ** 32 + 7, Number.MAX_SAFE_INTEGER].map((seed) =>
    [...generatePosts({ seed, from: 0, to: 20 })].map(({ pin }) => pin.unique_id).join(),
  );
  expect(new Set(titles).size).toBe(4);
});

test('the rows of a post carry its number and the columns of the feeds, in order', () => {
  for (const post of posts.slice(0, 100)) {
    for (const feed of FEED_NAMES) {
      expect(Object.keys(post[feed])).toEqual(FEEDS[feed].source.map(({ name }) => name));
    }
    expect([post.geo.ind, post.user.ind]).toEqual([post.pin.index, post.pin.index]);
  }
  expect(posts.map(({ pin }) => pin.index)).toEqual(posts.map((_, n) => n));
});

test('no row is a reject, and unique ids are unique UUIDs', () => {
  for (const [feed, clean] of [
    ['pin', cleanPin],
    ['geo', cleanGeo],
    ['user', cleanUser],
  ] as const) {
    const rows = posts.map((post): SourceRow => post[feed]);
    expect(cleanAll<{ ind: number }>(rows, clean).rejects).toBe(0);
  }
  const ids = posts.map(({ pin }) => pin.unique_id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))).toEqual([]);
});

test.each<[string, (post: Post) => boolean, number, number]>([
  ['title without data', ({ pin }) => pin.title === 'No Title Data Available', 0.05, 0.15],
  ['no description', ({ pin }) => pin.description === 'No description available Story format', 0.05, 0.15],
  ['untitled description', ({ pin }) => pin.description === 'Untitled', 0.005, 0.05],
  ['user info error', ({ pin }) => pin.poster_name === 'User Info Error', 0.03, 0.15],
  ['follower error', ({ pin }) => pin.follower_count === 'User Info Error', 0.03, 0.15],
  ['image error', ({ pin }) => pin.image_src === 'Image src error.', 0.03, 0.15],
  ['no tags', ({ pin }) => pin.tag_list === 'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e', 0.03, 0.15],
  ['followers in thousands', ({ pin }) => /^\d+k$/.test(pin.follower_count), 0.1, 0.5],
  ['followers with decimals', ({ pin }) => /^\d\.\dk$/.test(pin.follower_count), 0.05, 0.4],
  ['followers in millions', ({ pin }) => /^\dM$/.test(pin.follower_count), 0.02, 0.2],
  ['plain followers', ({ pin }) => /^\d+$/.test(pin.follower_count), 0.1, 0.5],
  ['quoted title', ({ pin }) => /["']/.test(pin.title), 0.01, 0.1],
  ['line break in title', ({ pin }) => pin.title.includes('\n'), 0.005, 0.1],
  ['emoji in title', ({ pin }) => /\p{Extended_Pictographic}/u.test(pin.title), 0.005, 0.1],
  ['right-to-left title', ({ pin }) => /[\u0590-\u06ff]/.test(pin.title), 0.005, 0.1],
  ['several tags', ({ pin }) => pin.tag_list.split(',').length > 2, 0.5, 1],
  ['age unknown', ({ user }) => user.age === null, 0.02, 0.1],
  ['age under 18', ({ user }) => user.age !== null && user.age < 18, 0.02, 0.15],
  ['not downloaded', ({ pin }) => pin.downloaded === 0, 0.05, 0.25],
  ['video', ({ pin }) => pin.is_image_or_video === 'video', 0.1, 0.4],
])('has a realistic share of: %s', (_name, predicate, least, most) => {
  expect(share(predicate)).toBeGreaterThan(least);
  expect(share(predicate)).toBeLessThan(most);
});

test('every age group, every year from 2015 to 2022, many countries and all categories occur', () => {
  expect(new Set(posts.map(({ user }) => ageGroup(user.age)))).toEqual(
    new Set([null, '18-24', '25-35', '36-50', '50+']),
  );
  const years = (texts: string[]): string[] => [...new Set(texts.map((text) => text.slice(0, 4)))].sort();
  expect(years(posts.map(({ geo }) => geo.timestamp))).toEqual([
    '2015',
    '2016',
    '2017',
    '2018',
    '2019',
    '2020',
    '2021',
    '2022',
  ]);
  expect(years(posts.map(({ user }) => user.date_joined))).toEqual([
    '2015',
    '2016',
    '2017',
    '2018',
    '2019',
    '2020',
    '2021',
  ]);
  expect(new Set(posts.map(({ geo }) => geo.country)).size).toBeGreaterThan(100);
  expect(new Set(posts.map(({ pin }) => pin.category)).size).toBe(16);
});

test('users post more than once, and a user is always the same', () => {
  const users = new Map<string, number>();
  for (const { user } of posts) {
    const key = JSON.stringify([user.first_name, user.last_name, user.age, user.date_joined]);
    users.set(key, (users.get(key) ?? 0) + 1);
  }
  expect(users.size).toBeGreaterThan(1000);
  expect(users.size).toBeLessThan(posts.length / 2);
  expect(Math.max(...users.values())).toBeGreaterThan(5);
});

test('nobody posts before joining', () => {
  expect(posts.filter(({ geo, user }) => geo.timestamp < user.date_joined)).toEqual([]);
});

test.each([11_000, 256, 100, 64])('the answers over the first %d posts hold exact ties', (count) => {
  const some = posts.slice(0, count);
  expect(leaders(some.filter(({ geo }) => geo.timestamp.startsWith('2022')))).toBeGreaterThan(1);
  expect(leaders(some.filter(({ user }) => ageGroup(user.age) === '50+'))).toBeGreaterThan(1);
  if (count >= 100) {
    const tied = TIED_COUNTRIES.filter(
      (country) => leaders(some.filter(({ geo }) => geo.country === country)) > 1,
    );
    expect(tied.length).toBeGreaterThan(0);
    // The most followers of all are shared by posters of several countries.
    const followers = some.map(({ pin }) => followerCount(pin.follower_count) ?? 0);
    const most = Math.max(...followers);
    const countries = new Set(some.filter((_, n) => followers[n] === most).map(({ geo }) => geo.country));
    expect(countries.size).toBeGreaterThan(1);
  }
});

test('in one country several posters share the most followers', () => {
  const posters = posts
    .filter(({ geo, pin }) => geo.country === 'Andorra' && pin.follower_count === '5M')
    .map(({ pin }) => pin.poster_name);
  expect(new Set(posters).size).toBeGreaterThan(1);
  expect(posters).not.toContain('User Info Error');
});

test.each([
  [-1, 5],
  [5, 4],
  [0, 2147483649],
  [0.5, 2],
  [0, NaN],
])('refuses the range from %p to %p', (from, to) => {
  expect(() => [...generatePosts({ seed: 1, from, to })]).toThrow(/cannot be generated: expected integers/);
});

test.each([-1, 1.5, NaN, 2 ** 53])('refuses the seed %p', (seed) => {
  expect(() => [...generatePosts({ seed, from: 0, to: 1 })]).toThrow(/The seed .* cannot be used/);
});

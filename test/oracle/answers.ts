/**
 * An independent oracle for the eight questions: plain TypeScript over source rows, written from the data contract
 * alone. A post counts when all three of its rows are there and clean ("the cleaned tables joined on `ind`").
 */
import { cleanAll, cleanGeo, cleanPin, cleanUser, type RawRow } from './clean';

/** A value in an answer's row. */
export type Cell = string | number | null;

/** One answer, shaped as the table engine writes it (without its title). */
export interface OracleAnswer {
  readonly question: string;
  readonly columns: readonly string[];
  /** In ascending order of the first column (then the second, for question 8); age groups in order of age. */
  readonly rows: readonly (readonly Cell[])[];
}

/** The source rows of the three feeds, in the order in which they were sent. */
export interface OracleSource {
  readonly pin: Iterable<RawRow>;
  readonly geo: Iterable<RawRow>;
  readonly user: Iterable<RawRow>;
}

interface JoinedPost {
  readonly country: string | null;
  readonly category: string | null;
  readonly poster: string | null;
  readonly followers: number | null;
  readonly postYear: number | null;
  readonly ageGroup: string | null;
  readonly joinYear: number | null;
  /** Tells users apart: name, age, date joined. */
  readonly userKey: string;
}

/** The age groups in order. */
const AGE_GROUPS = ['18-24', '25-35', '36-50', '50+'];

/** The group of an age in years; null for none. */
export function ageGroup(age: number | null): string | null {
  if (age === null || age < 18) return null;
  if (age <= 24) return '18-24';
  if (age <= 35) return '25-35';
  return age <= 50 ? '36-50' : '50+';
}

/** Compares texts by code point, as databases compare UTF-8; JavaScript's `<` differs beyond the basic plane. */
export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/** The median: the middle value, or the mean of the middle two; null of none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

function yearOf(timestamp: string | null): number | null {
  return timestamp === null ? null : new Date(timestamp).getUTCFullYear();
}

function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T) => K | null): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function joinPosts(source: OracleSource): JoinedPost[] {
  const pins = cleanAll(source.pin, cleanPin).rows;
  const geos = cleanAll(source.geo, cleanGeo).rows;
  const users = cleanAll(source.user, cleanUser).rows;
  const posts: JoinedPost[] = [];
  for (const [ind, pin] of pins) {
    const geo = geos.get(ind);
    const user = users.get(ind);
    if (geo === undefined || user === undefined) continue;
    posts.push({
      country: geo.country,
      category: pin.category,
      poster: pin.poster_name,
      followers: pin.follower_count,
      postYear: yearOf(geo.timestamp),
      ageGroup: ageGroup(user.age),
      joinYear: yearOf(user.date_joined),
      userKey: JSON.stringify([user.user_name, user.age, user.date_joined]),
    });
  }
  return posts;
}

/** The most frequent category and its count; of equals the one whose name comes first. */
function topCategory(posts: readonly JoinedPost[]): [category: string, count: number] | undefined {
  const counts = [...groupBy(posts, ({ category }) => category)].map(
    ([category, group]) => [category, group.length] as [string, number],
  );
  return counts.sort((a, b) => b[1] - a[1] || compareText(a[0], b[0]))[0];
}

function topCategories<K extends Cell & {}>(
  groups: Map<K, JoinedPost[]>,
  order: (a: K, b: K) => number,
): Cell[][] {
  return [...groups.keys()].sort(order).flatMap((key) => {
    const top = topCategory(groups.get(key) as JoinedPost[]);
    return top === undefined ? [] : [[key, ...top]];
  });
}

interface User {
  readonly ageGroup: string | null;
  readonly joinYear: number | null;
  readonly followers: number | null;
}

function largest(values: readonly (number | null)[]): number | null {
  return values.reduce(
    (most, value) => (value !== null && (most === null || value > most) ? value : most),
    null,
  );
}

function distinctUsers(posts: readonly JoinedPost[]): User[] {
  return [...groupBy(posts, ({ userKey }) => userKey).values()].map((group) => {
    const { ageGroup: group_, joinYear } = group[0] as JoinedPost;
    return { ageGroup: group_, joinYear, followers: largest(group.map(({ followers }) => followers)) };
  });
}

function medianFollowers(users: readonly User[]): number | null {
  return median(users.flatMap(({ followers }) => (followers === null ? [] : [followers])));
}

function byAge(a: string, b: string): number {
  return AGE_GROUPS.indexOf(a) - AGE_GROUPS.indexOf(b);
}

/** The nine answers (questions 1, 2, 3a, 3b, 4 … 8) to the source rows. */
export function oracleAnswers(source: OracleSource): OracleAnswer[] {
  const posts = joinPosts(source);
  const inYears = (year: number | null, first: number, last: number): number | null =>
    year !== null && year >= first && year <= last ? year : null;

  const byCountry = groupBy(posts, ({ country }) => country);
  const byPostYear = groupBy(posts, ({ postYear }) => inYears(postYear, 2018, 2022));
  const byAgeGroup = groupBy(posts, (post) => post.ageGroup);

  const known = posts.filter(
    (post): post is JoinedPost & { country: string; poster: string; followers: number } =>
      post.country !== null && post.poster !== null && post.followers !== null,
  );
  const topPosters = [...groupBy(known, ({ country }) => country)]
    .map(([country, group]) => {
      const [top] = [...group].sort((a, b) => b.followers - a.followers || compareText(a.poster, b.poster));
      return [country, top?.poster as string, top?.followers as number] as const;
    })
    .sort((a, b) => compareText(a[0], b[0]));
  const topCountry = [...topPosters].sort((a, b) => b[2] - a[2] || compareText(a[0], b[0]))[0];

  const users = distinctUsers(posts);
  const usersByYear = groupBy(users, ({ joinYear }) => inYears(joinYear, 2015, 2020));
  const usersByGroup = groupBy(users, (user) => user.ageGroup);
  const years = [...usersByYear.keys()].sort((a, b) => a - b);
  const groups = [...usersByGroup.keys()].sort(byAge);

  return [
    {
      question: '1',
      columns: ['country', 'category', 'category_count'],
      rows: topCategories(byCountry, compareText),
    },
    {
      question: '2',
      columns: ['post_year', 'category', 'category_count'],
      rows: topCategories(byPostYear, (a, b) => a - b),
    },
    { question: '3a', columns: ['country', 'poster_name', 'follower_count'], rows: topPosters },
    {
      question: '3b',
      columns: ['country', 'follower_count'],
      rows: topCountry === undefined ? [] : [[topCountry[0], topCountry[2]]],
    },
    {
      question: '4',
      columns: ['age_group', 'category', 'category_count'],
      rows: topCategories(byAgeGroup, byAge),
    },
    {
      question: '5',
      columns: ['age_group', 'median_follower_count'],
      rows: groups.map((group) => [group, medianFollowers(usersByGroup.get(group) ?? [])]),
    },
    {
      question: '6',
      columns: ['post_year', 'number_users_joined'],
      rows: years.map((year) => [year, usersByYear.get(year)?.length ?? 0]),
    },
    {
      question: '7',
      columns: ['post_year', 'median_follower_count'],
      rows: years.map((year) => [year, medianFollowers(usersByYear.get(year) ?? [])]),
    },
    {
      question: '8',
      columns: ['age_group', 'post_year', 'median_follower_count'],
      rows: groups.flatMap((group) => {
        const byYear = groupBy(usersByGroup.get(group) ?? [], ({ joinYear }) =>
          inYears(joinYear, 2015, 2020),
        );
        return [...byYear.keys()]
          .sort((a, b) => a - b)
          .map((year): Cell[] => [group, year, medianFollowers(byYear.get(year) ?? [])]);
      }),
    },
  ];
}

import {
  ageGroup,
  compareText,
  median,
  oracleAnswers,
  type Cell,
  type OracleSource,
} from '../../oracle/answers';

/** country, category, poster, followers, post date, user name, age, date joined */
type Line = [string, string, string, string, string, string, number | null, string];

function source(lines: readonly Line[]): OracleSource {
  return {
    pin: lines.map(([, category, poster_name, follower_count], index) => ({
      index,
      category,
      poster_name,
      follower_count,
      downloaded: 1,
    })),
    geo: lines.map(([country, , , , timestamp], ind) => ({
      ind,
      country,
      timestamp,
      latitude: 0,
      longitude: 0,
    })),
    user: lines.map(([, , , , , name, age, date_joined], ind) => ({
      ind,
      first_name: name,
      last_name: 'X',
      age,
      date_joined,
    })),
  };
}

function answer(lines: readonly Line[], question: string): readonly (readonly Cell[])[] | undefined {
  return oracleAnswers(source(lines)).find((one) => one.question === question)?.rows;
}

const LINES: Line[] = [
  ['Fiji', 'travel', 'Bo', '2k', '2018-01-01T00:00:00', 'Ann', 18, '2015-05-01T00:00:00'],
  ['Fiji', 'art', 'Al', '2k', '2018-12-31T23:59:59', 'Ann', 18, '2015-05-01T00:00:00'],
  ['Chad', 'art', 'Cy', '1.5k', '2017-06-01T00:00:00', 'Ben', 60, '2016-01-01T00:00:00'],
  ['Chad', 'art', 'Cy', '100', '2022-06-01T00:00:00', 'Cat', 17, '2015-12-31T23:59:59'],
  [
    'Chad',
    'travel',
    'User Info Error',
    'User Info Error',
    '2023-01-01T00:00:00',
    'Dan',
    null,
    '2021-01-01T00:00:00',
  ],
  ['Chad', 'travel', 'Di', '2k', '2019-01-01T00:00:00', 'Eve', 24, '2015-02-02T00:00:00'],
];

test('1: the most popular category in each country; the first name of equals', () => {
  expect(answer(LINES, '1')).toEqual([
    ['Chad', 'art', 2],
    ['Fiji', 'art', 1],
  ]);
});

test('2: by year, 2018 to 2022 only', () => {
  expect(answer(LINES, '2')).toEqual([
    [2018, 'art', 1],
    [2019, 'travel', 1],
    [2022, 'art', 1],
  ]);
});

test('3: the poster with the most followers in each country, and the country of the largest', () => {
  expect(answer(LINES, '3a')).toEqual([
    ['Chad', 'Di', 2000],
    ['Fiji', 'Al', 2000],
  ]);
  expect(answer(LINES, '3b')).toEqual([['Chad', 2000]]);
});

test('4: by age group; none for unknown ages and under 18', () => {
  expect(answer(LINES, '4')).toEqual([
    // travel twice (Ann, Eve), art once
    ['18-24', 'travel', 2],
    ['50+', 'art', 1],
  ]);
});

test('5: the median of users, not of posts', () => {
  const lines: Line[] = [
    ...LINES,
    ['Chad', 'art', 'Di', '5k', '2019-01-01T00:00:00', 'Eve', 24, '2015-02-02T00:00:00'],
  ];
  // Ann 2000 (two posts), Eve 5000 (the largest of two); Ben 1500.
  expect(answer(lines, '5')).toEqual([
    ['18-24', 3500],
    ['50+', 1500],
  ]);
});

test('6 and 7: users by joining year, 2015 to 2020', () => {
  // 2015: Ann 2000, Cat 100, Eve 2000. 2016: Ben.
  expect(answer(LINES, '6')).toEqual([
    [2015, 3],
    [2016, 1],
  ]);
  expect(answer(LINES, '7')).toEqual([
    [2015, 2000],
    [2016, 1500],
  ]);
});

test('8: by age group and joining year, in order', () => {
  const lines: Line[] = [
    ...LINES,
    ['Chad', 'art', 'Di', '7', '2019-01-01T00:00:00', 'Flo', 25, '2020-02-02T00:00:00'],
    ['Chad', 'art', 'Di', '9', '2019-01-01T00:00:00', 'Gus', 35, '2018-02-02T00:00:00'],
    ['Chad', 'art', 'Di', 'User Info Error', '2019-01-01T00:00:00', 'Hal', 36, '2018-02-02T00:00:00'],
  ];
  expect(answer(lines, '8')).toEqual([
    ['18-24', 2015, 2000],
    ['25-35', 2018, 9],
    ['25-35', 2020, 7],
    // A user whose follower count is not known.
    ['36-50', 2018, null],
    ['50+', 2016, 1500],
  ]);
});

test('users of one name are told apart by age and joining date', () => {
  const lines: Line[] = [
    ['Chad', 'art', 'A', '1', '2018-01-01T00:00:00', 'Ann', 20, '2015-05-01T00:00:00'],
    ['Chad', 'art', 'A', '2', '2018-01-01T00:00:00', 'Ann', 21, '2015-05-01T00:00:00'],
    ['Chad', 'art', 'A', '3', '2018-01-01T00:00:00', 'Ann', 20, '2015-05-01T00:00:01'],
    ['Chad', 'art', 'A', '4', '2018-01-01T00:00:00', 'Ann', null, '2015-05-01T00:00:00'],
  ];
  expect(answer(lines, '6')).toEqual([[2015, 4]]);
});

test('a post counts only when its three rows are there and clean', () => {
  const { pin, geo, user } = source(LINES);
  const answers = oracleAnswers({
    pin,
    geo: [...geo].slice(0, 5),
    user: [...user].map((row) => (row.ind === 2 ? { ...row, age: 'old' } : row)),
  });
  expect(answers.find(({ question }) => question === '6')?.rows).toEqual([[2015, 2]]);
  expect(answers.find(({ question }) => question === '1')?.rows).toEqual([
    ['Chad', 'art', 1],
    ['Fiji', 'art', 1],
  ]);
});

test('no rows give no answers but the columns', () => {
  const answers = oracleAnswers(source([]));
  expect(answers.map(({ question }) => question)).toEqual(['1', '2', '3a', '3b', '4', '5', '6', '7', '8']);
  expect(answers.every(({ rows, columns }) => rows.length === 0 && columns.length >= 2)).toBe(true);
});

test('age groups, medians and the order of texts', () => {
  expect([null, 17, 18, 24, 25, 35, 36, 50, 51].map(ageGroup)).toEqual([
    null,
    null,
    '18-24',
    '18-24',
    '25-35',
    '25-35',
    '36-50',
    '36-50',
    '50+',
  ]);
  expect([median([]), median([3, 1, 2]), median([10, 9])]).toEqual([null, 2, 9.5]);
  // U+FF5E sorts before U+1F600 by code point, but after it by JavaScript's UTF-16 units.
  expect(['😀', '～', 'b', 'B', 'é'].sort(compareText)).toEqual(['B', 'b', 'é', '～', '😀']);
});

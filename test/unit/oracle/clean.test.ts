import { Reject, cleanAll, cleanGeo, cleanPin, cleanUser, followerCount } from '../../oracle/clean';

const pin = {
  index: 7,
  unique_id: 'u',
  title: 'T',
  description: 'D',
  poster_name: 'P',
  follower_count: '1.5k',
  tag_list: 'a, b ,c',
  is_image_or_video: 'image',
  image_src: 'https://x',
  downloaded: 1,
  save_location: 'Local save in /data/art',
  category: 'art',
};
const geo = { ind: 7, timestamp: '2018-03-28T08:15:15', latitude: 1, longitude: -2.5, country: 'Fiji' };
const user = { ind: 7, first_name: 'A', last_name: 'B', age: 20, date_joined: '2017-01-02 03:04:05' };

test('cleans a row of each feed', () => {
  expect(cleanPin(pin)).toEqual({
    ind: 7,
    unique_id: 'u',
    title: 'T',
    description: 'D',
    follower_count: 1500,
    poster_name: 'P',
    tag_list: ['a', 'b', 'c'],
    is_image_or_video: 'image',
    image_src: 'https://x',
    save_location: '/data/art',
    downloaded: true,
    category: 'art',
  });
  expect(cleanGeo(geo)).toEqual({
    ind: 7,
    country: 'Fiji',
    coordinates: [1, -2.5],
    timestamp: '2018-03-28T08:15:15.000Z',
  });
  expect(cleanUser(user)).toEqual({
    ind: 7,
    user_name: 'A B',
    age: 20,
    date_joined: '2017-01-02T03:04:05.000Z',
  });
});

test.each([
  ['title', 'x No Title Data Available'],
  ['title', ''],
  ['description', 'No description available Story format'],
  ['description', 'Untitled'],
  ['follower_count', 'User Info Error'],
  ['poster_name', 'User Info Error'],
  ['image_src', 'Image src error.'],
  ['tag_list', 'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e'],
] as const)('%s %p is null', (column, value) => {
  expect(cleanPin({ ...pin, [column]: value })[column]).toBeNull();
});

test.each([
  ['842', 842],
  ['124k', 124_000],
  ['1.5K', 1500],
  ['3M', 3_000_000],
  ['1.15m', 1_150_000],
  ['0', 0],
  ['k', null],
  ['-5', null],
  ['1,234', null],
  ['1.5.2k', null],
  ['5 thousand', null],
  ['', null],
])('follower count %p is %p', (text, expected) => {
  expect(followerCount(text)).toBe(expected);
});

test.each([
  ['2018-03-28T08:15:15Z', '2018-03-28T08:15:15.000Z'],
  ['2018-03-28T08:15:15.250+02:00', '2018-03-28T06:15:15.250Z'],
  ['2018-01-01 00:15:15-0130', '2018-01-01T01:45:15.000Z'],
  ['2020-02-29T23:59:59', '2020-02-29T23:59:59.000Z'],
])('the timestamp %p is %p', (text, expected) => {
  expect(cleanGeo({ ...geo, timestamp: text }).timestamp).toBe(expected);
});

test.each<[string, () => unknown]>([
  ['row number in words', () => cleanPin({ ...pin, index: 'seven' })],
  ['no row number', () => cleanUser({ ...user, ind: null })],
  ['row number with a fraction', () => cleanGeo({ ...geo, ind: 1.5 })],
  ['downloaded 2', () => cleanPin({ ...pin, downloaded: 2 })],
  ['title that is a list', () => cleanPin({ ...pin, title: [] })],
  ['latitude without a longitude', () => cleanGeo({ ...geo, longitude: null })],
  ['latitude 95', () => cleanGeo({ ...geo, latitude: 95 })],
  ['longitude -180.5', () => cleanGeo({ ...geo, longitude: -180.5 })],
  ['zero date', () => cleanGeo({ ...geo, timestamp: '0000-00-00T00:00:00' })],
  ['30 February', () => cleanUser({ ...user, date_joined: '2019-02-30T00:00:00' })],
  ['age in words', () => cleanUser({ ...user, age: 'twenty' })],
  ['age beyond int', () => cleanUser({ ...user, age: 3e9 })],
])('rejects a %s', (_name, clean) => {
  expect(clean).toThrow(Reject);
});

test('nulls stay null, and text booleans are read', () => {
  expect(cleanUser({ ...user, age: null, date_joined: null })).toMatchObject({
    age: null,
    date_joined: null,
  });
  expect(cleanGeo({ ...geo, latitude: null, longitude: null }).coordinates).toBeNull();
  expect(cleanPin({ ...pin, downloaded: 'False' }).downloaded).toBe(false);
  expect(cleanPin({ ...pin, tag_list: null, save_location: null })).toMatchObject({
    tag_list: null,
    save_location: null,
  });
});

test('the last row of a post wins, and a reject replaces nothing', () => {
  const { rows, rejects } = cleanAll(
    [user, { ...user, age: 21 }, { ...user, ind: 8 }, { ...user, age: 'x' }],
    cleanUser,
  );
  expect([...rows.values()].map(({ ind, age }) => [ind, age])).toEqual([
    [7, 21],
    [8, 20],
  ]);
  expect(rejects).toBe(1);
});

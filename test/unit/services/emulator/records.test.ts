import { recordsOf } from '../../../../services/emulator/records';
import { FEEDS } from '../../../../services/contract';

test('a record has the feed’s keys in order, whatever order the source gives', () => {
  const [record] = recordsOf('geo', [
    { rowNumber: 5, rows: { geo: { country: 'Fiji', latitude: 95, ind: 5, other: 'x', timestamp: null } } },
  ]);
  expect(record).toEqual({
    key: 5,
    value: '{"ind":5,"timestamp":null,"latitude":95,"longitude":null,"country":"Fiji"}',
  });
  expect(Object.keys(JSON.parse(record?.value ?? '') as object)).toEqual(
    FEEDS.geo.source.map(({ name }) => name),
  );
});

test('a post without the feed’s row has no record', () => {
  const user = { ind: 1, first_name: 'A', last_name: 'B', age: 3, date_joined: '2020-01-01T00:00:00' };
  const posts = [
    { rowNumber: 0, rows: {} },
    { rowNumber: 1, rows: { user } },
  ];
  expect(recordsOf('user', posts)).toEqual([{ key: 1, value: JSON.stringify(user) }]);
  expect(recordsOf('pin', posts)).toEqual([]);
});

import { convertField, isoDateTime, rowNumberOf } from '../../../../services/source/row-conversion';

function field(type: string, text: string | null): Parameters<typeof convertField>[0] {
  return { type, string: () => text, buffer: () => (text === null ? null : Buffer.from(text, 'latin1')) };
}

test.each([
  ['2018-03-28 08:15:15', '2018-03-28T08:15:15'],
  ['2018-03-28 08:15:15.000000', '2018-03-28T08:15:15'],
  ['2018-03-28 08:15:15.120', '2018-03-28T08:15:15.12'],
  ['2018-03-28 08:15:10', '2018-03-28T08:15:10'],
  ['2018-03-28', '2018-03-28T00:00:00'],
  ['0000-00-00 00:00:00', '0000-00-00T00:00:00'],
])('the date %p becomes %p', (text, expected) => {
  expect(isoDateTime(text)).toBe(expected);
});

test.each([
  ['LONG', '42', 42],
  ['LONG', '-7', -7],
  ['LONGLONG', '9007199254740991', 9007199254740991],
  ['LONGLONG', '9223372036854775807', '9223372036854775807'],
  ['DOUBLE', '-89.7872', -89.7872],
  ['DOUBLE', '1e-7', 1e-7],
  ['FLOAT', '1.5', 1.5],
  ['NEWDECIMAL', '40.712800', 40.7128],
  ['TIMESTAMP', '2018-03-28 08:15:15', '2018-03-28T08:15:15'],
  ['VAR_STRING', '007', '007'],
  ['BLOB', '"é"\n', '"é"\n'],
  ['BIT', '\x01\x00', 256],
  ['LONG', null, null],
  ['BIT', null, null],
  ['DATETIME', null, null],
])('a %s %p becomes %p', (type, text, expected) => {
  expect(convertField(field(type, text))).toBe(expected);
});

test.each([
  [0, 0],
  [-3, -3],
  ['12', 12],
  ['012', undefined],
  ['12a', undefined],
  ['', undefined],
  [1.5, undefined],
  [null, undefined],
  [undefined, undefined],
  ['9223372036854775807', undefined],
  ['9007199254740993', undefined],
])('the row number of %p is %p', (value, expected) => {
  expect(rowNumberOf(value)).toBe(expected);
});

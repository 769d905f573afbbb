import { cut, fullNumber, largest, measures, shortNumber, textOf } from '../../../../services/charts/answer';

const answer = {
  question: '3a',
  title: 'Posters',
  columns: ['country', 'poster_name', 'follower_count'],
  rows: [
    ['Aruba', 'Ann', 3],
    ['Chad', null, null],
    ['Chile', 'Cem', 9],
  ],
};

describe('measures', () => {
  it('takes the first column as label, the last as value, and what is between as note', () => {
    expect(measures(answer)).toEqual([
      { label: 'Aruba', note: 'Ann', value: 3 },
      { label: 'Chad', note: '–', value: null },
      { label: 'Chile', note: 'Cem', value: 9 },
    ]);
    expect(measures({ ...answer, rows: [[2018, 4]] })).toEqual([{ label: '2018', note: '', value: 4 }]);
  });
});

describe('largest', () => {
  it('sorts a copy by the last column, rows without a value last', () => {
    const before = JSON.stringify(answer);
    expect(largest(answer, 9).rows.map(([country]) => country)).toEqual(['Chile', 'Aruba', 'Chad']);
    expect(largest(answer, 1).rows).toEqual([['Chile', 'Cem', 9]]);
    expect(JSON.stringify(answer)).toBe(before);
  });
});

describe('cells and numbers as text', () => {
  it.each([
    [textOf(null), '–'],
    [textOf(undefined), '–'],
    [textOf(2018), '2018'],
    [textOf(true), 'true'],
    [fullNumber(null), '–'],
    [fullNumber(1_234_567.5), '1,234,567.5'],
    [shortNumber(1_234_567), '1.2M'],
    [shortNumber(950), '950'],
    [shortNumber(null), '–'],
  ])('%s is %s', (text, expected) => {
    expect(text).toBe(expected);
  });
});

describe('cut', () => {
  it.each([
    ['Togo', 4, 'Togo'],
    ['Togolese', 4, 'Tog…'],
    ['Isle of Man', 6, 'Isle…'],
    ['日本国', 6, '日本国'],
    ['日本国', 5, '日本…'],
    // A family is one character on the screen and is not cut apart.
    ['👨‍👩‍👧👨‍👩‍👧', 3, '👨‍👩‍👧…'],
    ['abc', 0, '…'],
  ])('%s in the room of %d letters is %s', (text, most, expected) => {
    expect(cut(text, most)).toBe(expected);
  });
});

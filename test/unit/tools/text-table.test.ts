import { textTable } from '../../../tools/text-table';

describe('textTable', () => {
  it('sets numbers to the right with separators, text to the left, and years as they are', () => {
    expect(
      textTable(
        ['post_year', 'category', 'category_count'],
        [
          [2018, 'art', 12345],
          [2019, 'diy-and-crafts', 7],
        ],
      ),
    ).toBe(
      [
        'post_year  category        category_count',
        '---------  --------------  --------------',
        '     2018  art                     12,345',
        '     2019  diy-and-crafts               7',
      ].join('\n'),
    );
  });

  it('shows null, halves and a table without rows', () => {
    expect(textTable(['a', 'median'], [[null, 1500.5]])).toBe('a     median\n----  ------\nnull  1500.5');
    expect(textTable(['a', 'b'], [])).toBe('a  b\n-  -');
  });
});

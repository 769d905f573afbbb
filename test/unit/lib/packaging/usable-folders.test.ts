import { requireUsableFolders } from '../../../../lib/packaging/usable-folders';

const check = (what: string, folder: string) => () => {
  requireUsableFolders([[what, folder]]);
};

test('folders with spaces, quotes, other letters and most signs can be used', () => {
  expect(check('checkout', `/we ird/ü é 漢 \u{1f600}/'"%#&/$x(a){b}[c]!;@+~^\`<>|/pipe line`)).not.toThrow();
});

test.each([
  ['/a,b', 'a comma'],
  ['/a:b', 'a colon'],
  ['/a=b', 'an equals sign'],
  ['/a\nb', 'a control character'],
  ['/a*b', 'an asterisk'],
  ['/a?b', 'a backslash or a question mark'],
  ['/a\\b', 'a backslash or a question mark'],
])('%j cannot be used', (folder, sign) => {
  expect(check('checkout', folder)).toThrow(
    `The checkout ${JSON.stringify(folder)} cannot be used: its path has ${sign}`,
  );
  expect(check('state folder', folder)).toThrow('Set PIPELINE_LOCAL_DIR to a folder without it');
});

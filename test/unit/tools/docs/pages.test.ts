/** The generated pages of `docs/reference/` are what the sources make. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PAGES } from '../../../../tools/docs/pages';
import { SETTINGS, settingsRead } from '../../../../tools/docs/settings-page';

test.each([...PAGES].map(([file, make]) => [path.basename(file), file, make] as const))(
  '%s is up to date; if not, run "npm run docs"',
  (_, file, make) => {
    expect(readFileSync(file, 'utf8')).toBe(make());
  },
);

test('every setting that a stage on AWS reads is described, and no other', () => {
  expect(Object.keys(SETTINGS).sort()).toEqual([...settingsRead()].sort());
});

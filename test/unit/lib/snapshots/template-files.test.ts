import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { complaintAbout, complaintAboutOthers, renew } from './template-files';

const folder = mkdtempSync(join(tmpdir(), 'template-files-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const ADVICE =
  'If the change is meant, renew the files by "npm test -- unit -u" and read what git shows (CONTRIBUTING.md).';

test('missing, different and stale files are reported until they are renewed', () => {
  expect(complaintAbout(folder, 'dev/api.yaml', 'a')).toBe(`There is no snapshot dev/api.yaml. ${ADVICE}`);
  renew(
    folder,
    new Map([
      ['dev/api.yaml', 'a'],
      ['dev/key.yaml', 'k'],
    ]),
  );
  expect(complaintAbout(folder, 'dev/api.yaml', 'a')).toBeUndefined();
  expect(complaintAbout(folder, 'dev/api.yaml', 'b')).toBe(
    `The template is not the one of the snapshot dev/api.yaml. ${ADVICE}`,
  );
  const texts = new Map([['dev/api.yaml', 'b']]);
  expect(complaintAboutOthers(folder, texts)).toBe(
    `No template belongs to the snapshots dev/key.yaml. ${ADVICE}`,
  );
  renew(folder, texts);
  expect(complaintAboutOthers(folder, texts)).toBeUndefined();
  expect(readdirSync(join(folder, 'dev'))).toEqual(['api.yaml']);
  expect(readFileSync(join(folder, 'dev/api.yaml'), 'utf8')).toBe('b');
});

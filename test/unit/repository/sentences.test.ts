/** Messages composed of others' messages, which may be sentences already: `asSentence` ends each once. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..', '..');
/** What someone else has written, and a full stop of our own behind it. */
const COMPOSED =
  /\$\{(?!asSentence\()[^{}]*\b(error|reason|problem|message|cause|errorText|reasonOf)\b[^{}]*\}\.(?=[ `'"])/;
/** Quoted, no message, or a phrase of our own JSON scanner's. */
const FINE = /\$\{quote\(|\.pid\}|one JSON object, found \$\{error\.message\}/;

test('the pattern finds a message with a full stop behind it', () => {
  expect('`It failed: ${errorText(error)}. Try again.`').toMatch(COMPOSED);
  expect('`It failed: ${reason}.`').toMatch(COMPOSED);
  expect('`It failed: ${asSentence(reason)} Try again.`').not.toMatch(COMPOSED);
});

test('no message of someone else gets a second full stop', () => {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.cjs'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && !file.startsWith('test/'));
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((file) =>
    readFileSync(path.join(root, file), 'utf8')
      .split('\n')
      .filter((line) => COMPOSED.test(line) && !FINE.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

/** The one list of checks: it covers every file, and knows what this machine lacks. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { LANGUAGES, allChecks, missingTool } from '../../../tools/checks';

const ROOT = path.join(__dirname, '../../..');

const tracked = (pattern: string): string[] =>
  execFileSync('git', ['ls-files', pattern], { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean);

/** The folders that a program checks, from the root of the repository. */
function checkedBy(name: string): string[] {
  return allChecks()
    .filter((check) => check.name.startsWith(name))
    .flatMap(({ check, cwd }) =>
      check
        .filter((argument) => argument === '.' || argument.startsWith('../'))
        .map((argument) => path.relative(ROOT, path.join(cwd, argument))),
    );
}

test.each(['ruff check', 'ruff format'])('%s reads every Python file, except for fixtures', (name) => {
  const folders = checkedBy(name);
  const left = tracked('*.py').filter((file) => !folders.some((one) => file.startsWith(`${one}/`)));
  expect(left.filter((file) => !file.includes('/fixtures/'))).toEqual([]);
});

test('every Java module is formatted', () => {
  const modules = allChecks()
    .filter(({ language }) => language === 'java')
    .map(({ cwd }) => path.relative(ROOT, cwd));
  expect(tracked('*.java').filter((file) => !modules.some((one) => file.startsWith(`${one}/`)))).toEqual([]);
});

test('every language has something to check and something to format', () => {
  for (const language of LANGUAGES) {
    const own = allChecks().filter((check) => check.language === language);
    expect([language, own.length > 0, own.some(({ format }) => format !== undefined)]).toEqual([
      language,
      true,
      true,
    ]);
  }
});

test('what is not installed is named, with what installs it', () => {
  const parts = {
    python: '/none/python',
    spark: { python: '/none/spark', jars: '', extensionJar: '' },
  };
  expect(missingTool('node', parts)).toBeUndefined();
  expect(missingTool('python', parts)).toBe('/none/python is not there: "npm start" installs it');
  expect(missingTool('spark', parts)).toBe('/none/spark is not there: "npm test" installs it');
});

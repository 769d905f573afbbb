/** One version of the project, wherever it is written. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const read = (file: string): string => readFileSync(path.join(__dirname, '../../..', file), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };
const lock = JSON.parse(read('package-lock.json')) as {
  version: string;
  packages: Record<string, { version?: string }>;
};

test('package-lock.json has the version of package.json', () => {
  expect([lock.version, lock.packages['']?.version]).toEqual([version, version]);
});

test.each(['engines/s3-sink-connector/pom.xml', 'engines/spark-extension/pom.xml'])('%s has it', (file) => {
  // The first version in the file is the project's own.
  expect(/<version>(.*?)<\/version>/.exec(read(file))?.[1]).toBe(version);
});

test.each(['engines/table-engine/pyproject.toml', 'engines/spark-batch/pyproject.toml'])(
  '%s has it',
  (file) => {
    expect(/^version = "(.*)"$/m.exec(read(file))?.[1]).toBe(version);
  },
);

test('the changelog has a dated section for it, the newest one', () => {
  const [unreleased, newest] = [...read('CHANGELOG.md').matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  expect(unreleased).toBe('Unreleased');
  expect(newest).toMatch(new RegExp(`^${version.replaceAll('.', '\\.')} - \\d{4}-\\d{2}-\\d{2}$`));
});

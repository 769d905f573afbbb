/** Links, paths and commands in the documents are of things that exist. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../../..');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(path.join(ROOT, file)));
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const documents = files.filter((file) => file.endsWith('.md') && !file.startsWith('.github/'));
const sources = files.filter((file) => /\.(ts|mjs|py|java|sh|ya?ml)$/.test(file));
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

const FOLDERS = ['.github', 'bin', 'docs', 'engines', 'lambda', 'lib', 'services', 'test', 'tools'];
/** A path from the root of the repository, as a whole code span. */
const REPOSITORY_PATH = new RegExp(
  `\`((?:${FOLDERS.map((name) => name.replace('.', '\\.')).join('|')})/[\\w./-]*)\``,
  'g',
);

const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found);
const withoutCode = (text: string): string =>
  text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
const isThere = (from: string, target: string): boolean => existsSync(path.join(ROOT, from, target));

/** The fragments of a document's headings, as GitHub makes them. */
function fragments(file: string): string[] {
  return all(read(file).replace(/^```[\s\S]*?^```/gm, ''), /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('there are documents to look at', () => {
  expect(documents).toEqual(expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md']));
});

test.each(documents)('%s: links lead somewhere', (file) => {
  const folder = path.dirname(file);
  const links = all(withoutCode(read(file)), /\]\(([^)\s]+)\)/g).filter(
    (link) => !/^(https?|mailto):/.test(link),
  );
  const broken = links.filter((link) => {
    const [target = '', fragment] = link.split('#');
    if (target !== '' && !isThere(folder, target)) return true;
    const page = target === '' ? file : path.join(folder, target);
    return fragment !== undefined && page.endsWith('.md') && !fragments(page).includes(fragment);
  });
  expect(broken).toEqual([]);
});

test.each(documents)('%s: paths of the repository exist', (file) => {
  expect(all(read(file), REPOSITORY_PATH).filter((target) => !isThere('.', target))).toEqual([]);
});

test('documents that the sources name exist', () => {
  const missing = sources.flatMap((file) =>
    all(read(file), /\b(docs\/[\w/-]+\.md)\b/g)
      .filter((target) => !isThere('.', target))
      .map((target) => `${file}: ${target}`),
  );
  expect(missing).toEqual([]);
});

test.each(documents)('%s: commands exist', (file) => {
  const text = read(file);
  const commands = all(read('docs/reference/command-line.md'), /^### ([\w-]+)$/gm);
  expect(commands.length).toBeGreaterThan(5);
  expect(all(text, /\bnpm run ([a-z][\w:-]*)/g).filter((name) => !(name in scripts))).toEqual([]);
  expect(all(text, /npm run pipeline -- ([a-z][\w-]*)/g).filter((name) => !commands.includes(name))).toEqual(
    [],
  );
});

test('options of the pipeline commands in README and CONTRIBUTING exist', () => {
  const help = new Map(
    read('docs/reference/command-line.md')
      .split(/^### /m)
      .slice(1)
      .map((section): [string, string] => [section.slice(0, section.indexOf('\n')), section]),
  );
  const used = ['README.md', 'CONTRIBUTING.md'].flatMap((file) => [
    ...read(file).matchAll(/npm run pipeline -- (\w+)([^#`\n]*)/g),
  ]);
  expect(used.length).toBeGreaterThan(5);
  for (const [line, command = '', options = ''] of used) {
    const unknown = all(options, /(--[a-z-]+)/g).filter(
      (option) => help.get(command)?.includes(option) !== true,
    );
    expect([line, unknown]).toEqual([line, []]);
  }
});

test('every decision has a status and is in the index', () => {
  const decisions = documents.filter((file) => /^docs\/adr\/\d/.test(file));
  expect(decisions.length).toBeGreaterThan(10);
  const index = read('docs/adr/README.md');
  for (const file of decisions) {
    const [, status = 'none'] = /^Status: (.+)\.$/m.exec(read(file)) ?? [];
    expect(status).toMatch(/^(proposed|accepted|rejected|superseded by \d+)$/);
    const row = index.split('\n').find((line) => line.includes(`](${path.basename(file)})`));
    expect([file, row]).toEqual([file, expect.stringContaining(`| ${status}`)]);
  }
});

/** The package of the table engine's functions, for the interpreter at hand and for Lambda. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureParts } from '../../tools/local-run/install';
import {
  buildTableEnginePackage,
  PACKAGE_LIMIT_BYTES,
  sizesOf,
} from '../../tools/local-run/install/table-engine-package';

let parts: Awaited<ReturnType<typeof ensureParts>>;
let folder: string;

beforeAll(async () => {
  parts = await ensureParts(undefined, { only: ['python', 'table-engine-package'] });
}, 300_000);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'table-engine-package-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const everyFile = (root: string): string[] => readdirSync(root, { recursive: true, encoding: 'utf8' });

test('an interpreter that has nothing else imports the handler from it, and finds feeds and SQL in it', () => {
  const script = `
import sys
sys.path.insert(0, sys.argv[1])
import append, deltalake, duckdb, obstore
from table_engine.feeds import PROJECT, load_feeds
from table_engine.sql_text import cleaning_sql
assert all(cleaning_sql(feed) for feed in load_feeds().values())
print(callable(append.handler), PROJECT, *{module.__file__.split("/")[-2] for module in (deltalake, duckdb, obstore)})
`;
  // The base interpreter, without the packages of the environment.
  const base = execFileSync(parts.python, ['-c', 'import sys; print(sys._base_executable)'])
    .toString()
    .trim();
  const output = execFileSync(base, ['-I', '-B', '-c', script, parts.tableEnginePackage]).toString().trim();
  const [callable, project, ...modules] = output.split(' ');
  expect([callable, project]).toEqual(['True', parts.tableEnginePackage]);
  expect(modules.sort()).toEqual(['deltalake', 'duckdb', 'obstore']);
});

test('every handler is at its root, and no clutter in it', () => {
  const handlers = readdirSync(path.join(__dirname, '../../lambda/table-engine')).filter((name) =>
    name.endsWith('.py'),
  );
  const files = everyFile(parts.tableEnginePackage);
  expect(files).toEqual(
    expect.arrayContaining([
      ...handlers,
      'services/contract/feeds.json',
      'services/contract/environment.json',
      'engines/sql/clean/pin.sql',
    ]),
  );
  expect(files.filter((file) => /__pycache__|\.pyc$|(^|\/)tests(\/|$)|\/RECORD$/.test(file))).toEqual([]);
});

test.each([
  ['arm64', 'aarch64'],
  ['x86_64', 'x86_64'],
] as const)(
  'for Lambda on %s it has the wheels of that processor and fits',
  async (architecture, machine) => {
    await buildTableEnginePackage(folder, { architecture, python: '3.14' });
    const bytes = [...sizesOf(folder).values()].reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeLessThan(PACKAGE_LIMIT_BYTES);
    const libraries = everyFile(folder).filter((file) => /\.cpython-.*\.so$/.test(file));
    expect(libraries.length).toBeGreaterThan(0);
    expect(libraries.filter((file) => !file.includes(`cpython-314-${machine}-linux`))).toEqual([]);
  },
  300_000,
);

test('another build takes over the wheels, not what is of this project', async () => {
  await buildTableEnginePackage(folder, 'local', parts.tableEnginePackage);
  expect(everyFile(folder).sort()).toEqual(
    everyFile(parts.tableEnginePackage)
      .filter((file) => file !== '.installed')
      .sort(),
  );
}, 120_000);

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { commandOf, filesOf, LAMBDA_PYTHONS, tableEngineZip } from '../../../../lib/packaging/package-files';
import * as hashing from '../../../../lib/packaging/source-hash';

jest.mock('../../../../lib/packaging/source-hash', () => ({
  sourceHash: jest.fn(jest.requireActual<typeof hashing>('../../../../lib/packaging/source-hash').sourceHash),
}));
const sourceHash = jest.mocked(hashing.sourceHash);

const TARGET = { architecture: 'arm64', python: '3.14' } as const;

test('every file has a hash of its own, the same each time', () => {
  const all = () =>
    (['table-engine', 's3-sink-connector', 'client-host', 'spark-batch'] as const).flatMap((name) =>
      filesOf(name, TARGET),
    );
  const hashes = all().map(({ hash }) => hash);
  expect(all().map(({ hash }) => hash)).toEqual(hashes);
  expect(new Set(hashes).size).toBe(hashes.length);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

test('another processor or Python is another file', () => {
  const targets = LAMBDA_PYTHONS.flatMap((python) =>
    (['arm64', 'x86_64'] as const).map((architecture) => ({ architecture, python })),
  );
  expect(new Set(targets.map((target) => tableEngineZip(target).hash)).size).toBe(targets.length);
  // And nothing else that a stage says of the functions.
  const settings = { ...TARGET, memoryMiB: 512 };
  expect(tableEngineZip(settings).hash).toBe(tableEngineZip(TARGET).hash);
});

test('what writes the zips is among the sources, as they could not be replaced otherwise', () => {
  for (const name of ['table-engine', 'spark-batch'] as const) {
    sourceHash.mockClear();
    filesOf(name, TARGET);
    const [[paths] = [[]]] = sourceHash.mock.calls;
    expect(paths.map((path) => basename(path))).toContain('zip_folder.py');
  }
});

test('the command names the file, its hash and for whom it is', () => {
  const file = tableEngineZip(TARGET);
  expect(commandOf(file)).toEqual([
    ...[
      'node',
      '--import',
      'tsx',
      'tools/local-run/package-file.ts',
      'table-engine',
      'table-engine.zip',
      file.hash,
    ],
    ...['--architecture', 'arm64', '--python', '3.14'],
  ]);
});

test('a package with wheels needs a target', () => {
  expect(() => filesOf('spark-batch')).toThrow(
    'spark-batch needs a target: give --architecture and --python',
  );
});

test('a hash is of names and contents, and of no build results', () => {
  const folder = mkdtempSync(join(tmpdir(), 'source-hash-'));
  try {
    mkdirSync(join(folder, 'a', 'target'), { recursive: true });
    writeFileSync(join(folder, 'a', 'one'), '1');
    const hash = (): string => sourceHash([folder]);
    const before = hash();
    writeFileSync(join(folder, 'a', 'target', 'built'), 'x');
    expect(hash()).toBe(before);
    writeFileSync(join(folder, 'a', 'two'), '');
    const more = hash();
    writeFileSync(join(folder, 'a', 'two'), '2');
    expect(new Set([before, more, hash()]).size).toBe(3);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

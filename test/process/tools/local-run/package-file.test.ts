/** What the CDK command line runs to have a file of a package, on a machine that has nothing but Node. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  commandOf,
  filesOf,
  SPARK_MAIN,
  tableEngineZip,
  type PackageFile,
} from '../../../../lib/packaging/package-files';
import { sourceHash } from '../../../../lib/packaging/source-hash';

const ROOT = path.resolve(__dirname, '../../../..');
const FILE = tableEngineZip({ architecture: 'arm64', python: '3.14' });

let scratch: string;
let folder: string;

beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'package-file-'));
  mkdirSync(path.join(scratch, 'bin'));
  symlinkSync(process.execPath, path.join(scratch, 'bin', 'node'));
  folder = path.join(scratch, 'local', 'packages', 'table-engine-arm64-python3.14');
});

afterEach(() => {
  rmSync(scratch, { recursive: true });
});

function run(file: PackageFile): { status: number | null; stdout: string; stderr: string } {
  const [command = '', ...args] = commandOf(file);
  return spawnSync(path.join(scratch, 'bin', command), args, {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 250_000,
    env: { PATH: path.join(scratch, 'bin'), PIPELINE_LOCAL_DIR: path.join(scratch, 'local') },
  });
}

/** A package as it is there when it was made of sources with this stamp. */
function put(stamp: string | undefined): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, FILE.file), '');
  if (stamp !== undefined) writeFileSync(path.join(folder, '.installed'), stamp);
}

test('a package that is there is taken, and its path is all that is written', () => {
  put(sourceHash([], [FILE.hash]));
  expect(run(FILE)).toMatchObject({
    status: 0,
    stdout: `${path.join(folder, FILE.file)}\n`,
    stderr: '',
  });
});

test.each([
  ['that does not exist', () => undefined],
  [
    'that was not finished',
    () => {
      put(undefined);
    },
  ],
  [
    'of other sources',
    () => {
      put(sourceHash([], ['other']));
    },
  ],
])('a package %s is made, for which a missing tool is named', (_, before) => {
  before();
  const { status, stdout, stderr } = run(FILE);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^This needs tools that this machine lacks:\n {2}- python3: not found; needed: /);
  expect(readdirSync(path.dirname(folder)).filter((name) => name.endsWith('.building'))).toEqual([]);
});

test('a Spark package with the main program of other sources is made, although what is deployed is the same', () => {
  const files = filesOf('spark-batch', { architecture: 'arm64', python: '3.11' });
  const [python] = files;
  if (python === undefined) throw new Error('The Spark package has no file.');
  folder = path.join(scratch, 'local', 'packages', 'spark-batch-arm64-python3.11');
  mkdirSync(path.join(folder, 'jars'), { recursive: true });
  for (const name of ['main.py', ...files.map(({ file }) => file)])
    writeFileSync(path.join(folder, name), '');
  const hashes = files.map(({ hash }) => hash);
  writeFileSync(path.join(folder, '.installed'), sourceHash([], hashes));
  expect(run(python).stderr).toMatch(/^This needs tools/);
  writeFileSync(path.join(folder, '.installed'), sourceHash([SPARK_MAIN], hashes));
  expect(run(python)).toMatchObject({ status: 0, stdout: `${path.join(folder, python.file)}\n` });
});

test('a file of other sources than those of the synthesis is refused', () => {
  put(sourceHash([], [FILE.hash]));
  const { status, stdout, stderr } = run({ ...FILE, hash: 'f'.repeat(64) });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toBe(
    `The sources of the table engine's functions are no longer those of the synthesis that is deployed: expected ${'f'.repeat(64)}, found ${FILE.hash}. Synthesise again, with the sources as they are to be deployed.\n`,
  );
});

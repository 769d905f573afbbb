/** The package of the Spark job for EMR Serverless. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SPARK_PARTS, ensureParts, type SparkParts } from '../../tools/local-run/install';
import { buildSparkPackage } from '../../tools/local-run/install/spark-package';
import { PROJECT_ROOT } from '../../tools/local-run/paths';
import { runCommand } from '../../tools/processes/run-command';

const TARGET = { architecture: 'arm64', python: '3.11' } as const;

let spark: SparkParts;
let folder: string;

beforeAll(async () => {
  ({ spark } = await ensureParts(undefined, { only: SPARK_PARTS }));
  folder = mkdtempSync(path.join(tmpdir(), 'spark-package-'));
  await buildSparkPackage(folder, TARGET, spark);
}, 600_000);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const everyFile = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();

test('it has the program, what it imports and reads, and no clutter', () => {
  const files = everyFile(folder);
  expect(files).toEqual(
    expect.arrayContaining([
      'main.py',
      'python/spark_batch/command_line.py',
      'python/table_engine/batch_plan.py',
      'python/services/contract/feeds.json',
      'python/engines/sql/duckdb.sql',
      'python/duckdb/__init__.py',
      'python/deltalake/__init__.py',
    ]),
  );
  expect(files.filter((file) => /__pycache__|\.pyc$|(^|\/)\.wheels$|\/RECORD$|_tests\//.test(file))).toEqual(
    [],
  );
  const libraries = files.filter((file) => /\.cpython-.*\.so$/.test(file));
  expect(libraries.length).toBeGreaterThan(0);
  expect(libraries.filter((file) => !file.includes('cpython-311-aarch64-linux'))).toEqual([]);
});

test('its jars are Delta Lake and the extension, the files of the local run, and nothing of Spark or S3A', () => {
  const jars = readdirSync(path.join(folder, 'jars')).sort();
  const lock = readFileSync(
    path.join(PROJECT_ROOT, 'tools', 'local-run', 'install', 'spark', 'requirements.lock'),
    'utf8',
  );
  const [, minor] = /pyspark==(\d+\.\d+)\./.exec(lock) ?? [];
  expect(jars).toContain('spark-extension.jar');
  expect(jars).toContain(`delta-spark_${minor}_2.13-4.4.0.jar`);
  expect(jars.filter((name) => !/^(delta-(spark|storage|kernel)|spark-extension)/.test(name))).toEqual([]);
  for (const name of jars.filter((jar) => jar.startsWith('delta-'))) {
    const [ours, local] = [path.join(folder, 'jars'), spark.jars].map((at) =>
      readFileSync(path.join(at, name)),
    );
    expect(ours?.equals(local as Buffer)).toBe(true);
  }
});

test('its program explains itself, with the packages that it carries', async () => {
  // Wheels of another processor cannot be loaded: those of the environment stand in, which come after it in the path.
  const script = `
import sys
sys.path.insert(0, sys.argv[1])
import spark_batch, table_engine
print(spark_batch.__path__[0], table_engine.__path__[0])
`;
  const packages = path.join(folder, 'python');
  const output = await runCommand(spark.python, ['-B', '-c', script, packages]);
  expect(output.trim()).toBe(`${packages}/spark_batch ${packages}/table_engine`);
  const help = await runCommand(spark.python, [
    '-B',
    path.join(PROJECT_ROOT, 'engines', 'spark-batch', 'main.py'),
    'batch',
    '--help',
  ]);
  expect(help).toContain('--bucket');
});

test('wrong arguments are told what is expected', async () => {
  const main = path.join(PROJECT_ROOT, 'engines', 'spark-batch', 'main.py');
  const run = (...args: string[]): Promise<string> => runCommand(spark.python, ['-B', main, ...args]);
  await expect(run('batch', '--bucket', 'B', '--user-id', 'pinterest')).rejects.toThrow(
    "'B' is no bucket name; expected 3 to 63",
  );
  await expect(run('batch', '--bucket', 'abc', '--user-id', 'pin', '--master', 'local')).rejects.toThrow(
    '--master needs --jars',
  );
});

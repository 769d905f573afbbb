/**
 * The package of the table engine's Lambda functions: the handlers, `table_engine`, `feeds`, `sql` and the wheels of what
 * they import, as a folder and as the zip that is deployed. Made for the interpreter at hand, or for Lambda on another
 * machine, without Docker.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { TABLE_ENGINE_SOURCES, type PackageTarget as Target } from '../../../lib/packaging/package-files';
import { PARTS_ROOT, PROJECT_ROOT, pythonExecutable } from '../paths';
import { runCommand } from '../../processes/run-command';
import { hashOf, type Part } from './part';
import { pipInstall } from './python-environment';
import { PYTHON } from './python-part';

/** What the wheels are for: the local interpreter, or Lambda's. */
export type PackageTarget = 'local' | LambdaTarget;

/** A run-time on AWS: Lambda's, or that of another service on the same Linux. */
export interface LambdaTarget extends Target {
  /**
   * The second part of its Linux's glibc version, for example 34 for 2.34.
   *
   * @default that of Lambda's Amazon Linux for this Python: 2 up to 3.11, 2023 from 3.12 on.
   */
  readonly glibcMinor?: number;
}

/** The glibc of Amazon Linux 2023. */
export const AMAZON_LINUX_2023_GLIBC = 34;

/** Lambda takes 250 MB unzipped. A tenth is left for what a new version may bring. */
export const PACKAGE_LIMIT_BYTES = 240e6;

const LOCK = path.join(PROJECT_ROOT, 'engines', 'table-engine', 'requirements.lock');
const HANDLERS = path.join(PROJECT_ROOT, 'lambda', 'table-engine');

/**
 * In a package: the stamp of its wheels, and the names they have brought, a line each. Another build takes them over by
 * it. Not part of what is deployed.
 */
export const WHEELS_FILE = '.wheels';

/** Names of no use at run time. */
const CLUTTER = new Set(['__pycache__', 'RECORD', 'INSTALLER', 'REQUESTED', 'tests']);

/** The glibc of Lambda's Amazon Linux for a Python version. */
function lambdaGlibc(python: string): number {
  return Number(python.split('.')[1]) >= 12 ? AMAZON_LINUX_2023_GLIBC : 26;
}

/** What tells pip for whom to choose wheels. */
export function pipTarget(target: PackageTarget): string[] {
  if (target === 'local') return [];
  const { architecture, python, glibcMinor = lambdaGlibc(python) } = target;
  const machine = architecture === 'arm64' ? 'aarch64' : 'x86_64';
  const platforms = [`manylinux2014_${machine}`];
  for (let minor = 17; minor <= glibcMinor; minor += 1) platforms.push(`manylinux_2_${minor}_${machine}`);
  return [
    ...platforms.flatMap((platform) => ['--platform', platform]),
    ...['--implementation', 'cp', '--python-version', python],
  ];
}

function wheelsStamp(target: PackageTarget): string {
  return hashOf([LOCK], [JSON.stringify(target), ...(target === 'local' ? [PYTHON.stamp()] : [])]);
}

/**
 * Installs the wheels of what the table engine imports.
 *
 * @throws CommandError when there is no wheel for the target.
 */
export async function installWheels(
  folder: string,
  target: PackageTarget,
  signal?: AbortSignal,
): Promise<void> {
  const what = ['--only-binary=:all:', '--target', folder, '-r', LOCK];
  await pipInstall(pythonExecutable(), [...pipTarget(target), ...what], signal);
  rmSync(path.join(folder, 'bin'), { recursive: true, force: true }); // Programs for a shell.
  removeClutter(folder);
  writeFileSync(path.join(folder, WHEELS_FILE), [wheelsStamp(target), ...readdirSync(folder)].join('\n'));
}

function removeClutter(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (CLUTTER.has(entry.name)) rmSync(file, { recursive: true });
    else if (entry.isDirectory()) removeClutter(file);
  }
}

/** Takes over the wheels of a package made before. @returns whether they are those of the lock file. */
function takeWheels(folder: string, earlier: string, target: PackageTarget): boolean {
  const file = path.join(earlier, WHEELS_FILE);
  if (!existsSync(file)) return false;
  const [stamp, ...names] = readFileSync(file, 'utf8').split('\n');
  if (stamp !== wheelsStamp(target) || !names.every((name) => existsSync(path.join(earlier, name))))
    return false;
  for (const name of [...names, WHEELS_FILE]) {
    cpSync(path.join(earlier, name), path.join(folder, name), { recursive: true });
  }
  return true;
}

/** What is this project's own in the functions' package. */
function functionSources(): Readonly<Record<string, string>> {
  const handlers = readdirSync(HANDLERS).filter((name) => name.endsWith('.py'));
  return {
    ...TABLE_ENGINE_SOURCES,
    ...Object.fromEntries(handlers.map((name) => [name, path.join(HANDLERS, name)])),
  };
}

/**
 * Copies files and folders, given by their names in the package.
 *
 * @throws Error when one would hide a wheel of the same name.
 */
export function copySources(folder: string, sources: Readonly<Record<string, string>>): void {
  for (const [name, source] of Object.entries(sources)) {
    const file = path.join(folder, name);
    if (existsSync(file))
      throw new Error(`A wheel has brought ${name}, which is a name of this project's own.`);
    mkdirSync(path.dirname(file), { recursive: true });
    cpSync(source, file, { recursive: true, filter: (from) => !CLUTTER.has(path.basename(from)) });
  }
}

/** The bytes of a folder's files, by entry. */
export function sizesOf(folder: string): Map<string, number> {
  const size = (file: string): number =>
    statSync(file).isDirectory()
      ? readdirSync(file).reduce((sum, name) => sum + size(path.join(file, name)), 0)
      : statSync(file).size;
  return new Map(readdirSync(folder).map((name) => [name, size(path.join(folder, name))]));
}

/**
 * Makes the package.
 *
 * @param folder an empty folder to fill.
 * @param target for whom; the local interpreter is the one in `.local/parts/python`, which must be installed.
 * @param earlier a package made before, whose wheels are taken over when they are the same.
 * @throws Error when there is no wheel for the target, or the package is larger than Lambda takes.
 */
export async function buildTableEnginePackage(
  folder: string,
  target: PackageTarget,
  earlier?: string,
  signal?: AbortSignal,
): Promise<void> {
  if (earlier === undefined || !takeWheels(folder, earlier, target)) {
    await installWheels(folder, target, signal);
  }
  copySources(folder, functionSources());
  const bytes = [...sizesOf(folder).values()].reduce((sum, one) => sum + one, 0);
  if (bytes > PACKAGE_LIMIT_BYTES) {
    throw new Error(
      `The table engine's package has ${Math.ceil(bytes / 1e6)} MB: expected at most ${PACKAGE_LIMIT_BYTES / 1e6} MB, as Lambda takes 250. See which wheel has grown by "npm run package".`,
    );
  }
}

/** In a package: the folder with what its zip has. */
export const CONTENT = 'content';
/** In a package: what is deployed. */
export const TABLE_ENGINE_ZIP = 'table-engine.zip';

/** A zip with what is in a folder, but for what only another build reads; the same bytes for the same content. */
export async function zipFolder(folder: string, file: string, signal?: AbortSignal): Promise<void> {
  const program = path.join(__dirname, 'zip_folder.py');
  await runCommand(pythonExecutable(), ['-I', program, folder, file, WHEELS_FILE], {
    timeoutMs: 15 * 60_000,
    signal,
  });
}

/**
 * Makes the package as {@link CONTENT} and {@link TABLE_ENGINE_ZIP} in an empty folder.
 *
 * @param earlier such a folder, made before.
 * @throws as {@link buildTableEnginePackage}.
 */
export async function buildTableEngineZip(
  folder: string,
  target: PackageTarget,
  earlier: string,
  signal?: AbortSignal,
): Promise<void> {
  const content = path.join(folder, CONTENT);
  mkdirSync(content);
  await buildTableEnginePackage(content, target, path.join(earlier, CONTENT), signal);
  await zipFolder(content, path.join(folder, TABLE_ENGINE_ZIP), signal);
}

const FOLDER = path.join(PARTS_ROOT, 'table-engine-package');

/** The package for the local AWS, which runs functions with the interpreter of the part `python`. */
export const TABLE_ENGINE_PACKAGE: Part = {
  name: 'table-engine-package',
  title: "the table engine's package",
  stamp: () =>
    hashOf(
      [HANDLERS, ...Object.values(TABLE_ENGINE_SOURCES), path.join(__dirname, 'zip_folder.py')],
      [CONTENT, wheelsStamp('local')],
    ),
  provides: [TABLE_ENGINE_ZIP, `${CONTENT}/append.py`, `${CONTENT}/duckdb`, `${CONTENT}/deltalake`],
  install: (folder, signal) => buildTableEngineZip(folder, 'local', FOLDER, signal),
};

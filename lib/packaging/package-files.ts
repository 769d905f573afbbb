/**
 * The files that a deployment to AWS builds: which there are, a hash of each one's sources, and the command that builds
 * it. Nothing is built here, so a synthesis needs only Node and gives the same template whether or not they exist.
 */
import { join } from 'node:path';
import { version as tarVersion } from 'tar/package.json';
import { CLIENT_HOST_FILES, clientHostSums, sha256 } from './client-host-sums';
import { PROJECT_ROOT } from './project-root';
import { sourceHash } from './source-hash';

/** The packages; each has one or more files. */
export const PACKAGE_NAMES = ['table-engine', 's3-sink-connector', 'client-host', 'spark-batch'] as const;
export type PackageName = (typeof PACKAGE_NAMES)[number];

/** The architectures of packages. */
export const ARCHITECTURES = ['arm64', 'x86_64'] as const;

/** Lambda's Python versions with wheels for all dependencies of the table engine, newest last. */
export const LAMBDA_PYTHONS = ['3.12', '3.13', '3.14'] as const;

/** Target platform of a package's wheels. */
export interface PackageTarget {
  readonly architecture: (typeof ARCHITECTURES)[number];
  /** The Python version, for example `3.14`. */
  readonly python: string;
}

/** A file of a package. */
export interface PackageFile {
  readonly package: PackageName;
  /** Its path in the package. */
  readonly file: string;
  /** Display name. */
  readonly title: string;
  /** For packages with wheels. */
  readonly target?: PackageTarget;
  /** SHA-256 over all its sources, hexadecimal. */
  readonly hash: string;
}

const inProject = (...names: string[]): string => join(PROJECT_ROOT, ...names);
const INSTALL = inProject('tools', 'local-run', 'install');

/** Sources of the table engine, by name in the package. */
export const TABLE_ENGINE_SOURCES: Readonly<Record<string, string>> = {
  table_engine: inProject('engines', 'table-engine', 'table_engine'),
  'services/contract/feeds.json': inProject('services', 'contract', 'feeds.json'),
  'services/contract/environment.json': inProject('services', 'contract', 'environment.json'),
  'engines/sql': inProject('engines', 'sql'),
};

/** Sources of the dependencies and of how they are packaged. */
const WHEELS_SOURCES = [
  inProject('engines', 'table-engine', 'requirements.lock'),
  join(INSTALL, 'table-engine-package.ts'),
  join(INSTALL, 'zip_folder.py'),
  ...Object.values(TABLE_ENGINE_SOURCES),
];

/** `PYSPARK_PYTHON` on EMR. */
export const EMR_PYTHON = '3.11';

/** The jars of the local Spark that EMR lacks; EMR has its own Spark and S3A. */
export const DELTA_JARS = [
  'delta-kernel-api-4.4.0.jar',
  'delta-kernel-defaults-4.4.0.jar',
  'delta-kernel-unitycatalog-4.4.0.jar',
  'delta-spark_4.1_2.13-4.4.0.jar',
  'delta-storage-4.4.0.jar',
] as const;
const EXTENSION_JAR = 'spark-extension.jar';

/** The Lambda package of the table engine's functions. */
export function tableEngineZip({ architecture, python }: PackageTarget): PackageFile {
  const target = { architecture, python };
  return {
    package: 'table-engine',
    file: 'table-engine.zip',
    title: "the table engine's functions",
    target,
    hash: sourceHash([...WHEELS_SOURCES, inProject('lambda', 'table-engine')], [JSON.stringify(target)]),
  };
}

/** The S3 sink's plugin for MSK Connect. */
export function sinkPluginZip(): PackageFile {
  const sources = ['pom.xml', join('src', 'main'), join('src', 'assembly')];
  return {
    package: 's3-sink-connector',
    file: 's3-sink-connector.zip',
    title: "the S3 sink's plugin",
    hash: sourceHash(sources.map((name) => inProject('engines', 's3-sink-connector', name))),
  };
}

/** The client host's package. `sums` is the SHA-256 of its list of checksums. */
export function clientHostTar(): PackageFile & { readonly sums: string } {
  const sums = sha256(clientHostSums());
  return {
    package: 'client-host',
    file: 'client-host.tar',
    title: 'what is put on the client host',
    sums,
    hash: sourceHash([join(INSTALL, 'tar.ts')], [sums, tarVersion, ...CLIENT_HOST_FILES]),
  };
}

/** The Spark job's program, deployed unchanged. */
export const SPARK_MAIN = inProject('engines', 'spark-batch', 'main.py');

/** The Python packages of the Spark job on EMR Serverless. */
export function sparkPythonZip(target: PackageTarget): PackageFile {
  return {
    package: 'spark-batch',
    file: 'python.zip',
    title: "the Spark job's Python packages",
    target,
    hash: sourceHash(
      [
        ...WHEELS_SOURCES,
        join(INSTALL, 'spark-package.ts'),
        inProject('engines', 'spark-batch', 'spark_batch'),
      ],
      [JSON.stringify(target)],
    ),
  };
}

/** The jars of the Spark job on EMR Serverless. */
export function sparkJars(target: PackageTarget): PackageFile[] {
  const jar = (name: string, sources: readonly string[]): PackageFile => ({
    package: 'spark-batch',
    file: `jars/${name}`,
    title: name,
    target,
    hash: sourceHash(sources, [name]),
  });
  const extension = ['pom.xml', join('src', 'main')].map((name) =>
    inProject('engines', 'spark-extension', name),
  );
  return [
    ...DELTA_JARS.map((name) => jar(name, [inProject('tools', 'local-run', 'install', 'spark', 'pom.xml')])),
    jar(EXTENSION_JAR, extension),
  ];
}

/** All files of a package. @throws Error when it needs a target and none is given. */
export function filesOf(name: PackageName, target?: PackageTarget): PackageFile[] {
  if (name === 's3-sink-connector') return [sinkPluginZip()];
  if (name === 'client-host') return [clientHostTar()];
  if (target === undefined)
    throw new Error(`The package ${name} needs a target: give --architecture and --python.`);
  return name === 'table-engine' ? [tableEngineZip(target)] : [sparkPythonZip(target), ...sparkJars(target)];
}

/**
 * Command that builds a file if it does not exist and prints its path. The CDK CLI runs it in the project's folder when
 * it publishes the asset and the account does not have it yet.
 */
export function commandOf({ package: name, file, hash, target }: PackageFile): string[] {
  const forWhom =
    target === undefined ? [] : ['--architecture', target.architecture, '--python', target.python];
  return ['node', '--import', 'tsx', 'tools/local-run/package-file.ts', name, file, hash, ...forWhom];
}

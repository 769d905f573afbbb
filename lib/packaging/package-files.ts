/**
 * The files that a deployment to AWS makes: which there are, a hash of the sources that each is made of, and the command that
 * makes one. Nothing is made here, so a synthesis needs no tool but Node, and says the same whether they are made or not.
 */
import { join } from 'node:path';
import { CLIENT_HOST_FILES, clientHostSums, sha256 } from './client-host-sums';
import { PROJECT_ROOT } from './project-root';
import { sourceHash } from './source-hash';

/** The packages, of which each has one file or more. */
export const PACKAGE_NAMES = ['table-engine', 's3-sink-connector', 'client-host', 'spark-batch'] as const;
export type PackageName = (typeof PACKAGE_NAMES)[number];

/** The processors that a package may be for. */
export const ARCHITECTURES = ['arm64', 'x86_64'] as const;

/** Lambda's Pythons that have wheels of all that the table engine imports; the newest one last. */
export const LAMBDA_PYTHONS = ['3.12', '3.13', '3.14'] as const;

/** For whom a package has wheels. */
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
  /** What people call it. */
  readonly title: string;
  /** Of packages that have wheels. */
  readonly target?: PackageTarget;
  /** A SHA-256 over everything that it is made of, hexadecimal. */
  readonly hash: string;
}

const inProject = (...names: string[]): string => join(PROJECT_ROOT, ...names);
const INSTALL = inProject('tools', 'local-run', 'install');

/** What is copied of the table engine, by its name in the package. */
export const TABLE_ENGINE_SOURCES: Readonly<Record<string, string>> = {
  table_engine: inProject('engines', 'table-engine', 'table_engine'),
  'services/contract/feeds.json': inProject('services', 'contract', 'feeds.json'),
  'engines/sql': inProject('engines', 'sql'),
};

/** The sources of what the table engine imports, and of how they are put together. */
const WHEELS_SOURCES = [
  inProject('engines', 'table-engine', 'requirements.lock'),
  join(INSTALL, 'table-engine-package.ts'),
  join(INSTALL, 'zip_folder.py'),
  ...Object.values(TABLE_ENGINE_SOURCES),
];

/** The Python that `PYSPARK_PYTHON` is on EMR. */
export const EMR_PYTHON = '3.11';

/** Of the jars that stand beside the local Spark those that EMR lacks; it has a Spark and an S3A of its own. */
export const DELTA_JARS = [
  'delta-kernel-api-4.4.0.jar',
  'delta-kernel-defaults-4.4.0.jar',
  'delta-kernel-unitycatalog-4.4.0.jar',
  'delta-spark_4.1_2.13-4.4.0.jar',
  'delta-storage-4.4.0.jar',
] as const;
const EXTENSION_JAR = 'spark-extension.jar';

/** The package of the table engine's functions, as Lambda takes it. */
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

/** The S3 sink's plugin, as MSK Connect takes it. */
export function sinkPluginZip(): PackageFile {
  const sources = ['pom.xml', join('src', 'main'), join('src', 'assembly')];
  return {
    package: 's3-sink-connector',
    file: 's3-sink-connector.zip',
    title: "the S3 sink's plugin",
    hash: sourceHash(sources.map((name) => inProject('engines', 's3-sink-connector', name))),
  };
}

/** What is put on the client host. `sums` is the SHA-256 of the list of checksums in it. */
export function clientHostTar(): PackageFile & { readonly sums: string } {
  const sums = sha256(clientHostSums());
  return {
    package: 'client-host',
    file: 'client-host.tar',
    title: 'what is put on the client host',
    sums,
    hash: sourceHash([join(INSTALL, 'tar.ts')], [sums, ...CLIENT_HOST_FILES]),
  };
}

/** The program of the Spark job, which is deployed as it is. */
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
    ...DELTA_JARS.map((name) => jar(name, [inProject('tools', 'local-run', 'spark', 'pom.xml')])),
    jar(EXTENSION_JAR, extension),
  ];
}

/** All files of a package. @throws Error when it needs a target and none is given. */
export function filesOf(name: PackageName, target?: PackageTarget): PackageFile[] {
  if (name === 's3-sink-connector') return [sinkPluginZip()];
  if (name === 'client-host') return [clientHostTar()];
  if (target === undefined) throw new Error(`The package ${name} needs a processor and a Python version.`);
  return name === 'table-engine' ? [tableEngineZip(target)] : [sparkPythonZip(target), ...sparkJars(target)];
}

/**
 * The command that makes a file where it is not made yet and writes its path to standard output, for the CDK command line,
 * which runs it in the project's folder when it is to publish the file and the account does not have it.
 */
export function commandOf({ package: name, file, hash, target }: PackageFile): string[] {
  const forWhom =
    target === undefined ? [] : ['--architecture', target.architecture, '--python', target.python];
  return ['node', '--import', 'tsx', 'tools/local-run/package-file.ts', name, file, hash, ...forWhom];
}

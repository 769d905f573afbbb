/**
 * Installs the local parts into `.local/parts/`. What already exists in the right version is left alone, which takes
 * milliseconds.
 */
import path from 'node:path';
import { INSTALL_BYTES, requireSpace } from './disk-space';
import { KAFKA_CLASSES } from './install/class-archives';
import { CLIENT_HOST } from './install/client-host-part';
import { CONNECTOR, KAFKA, MARIADB } from './install/java-parts';
import { installPart, isInstalled, type Part, type PartName, type Progress } from './install/part';
import { lockParts } from './install/parts-lock';
import { PYTHON } from './install/python-part';
import { REST_PROXY } from './install/rest-proxy-part';
import { SPARK, SPARK_EXTENSION } from './install/spark-parts';
import { CONTENT, TABLE_ENGINE_PACKAGE, TABLE_ENGINE_ZIP } from './install/table-engine-package';
import { checkTools } from './install/tools';
import { PARTS_ROOT, pythonExecutable } from './paths';

export type { PartName, Progress };

/** Where the installed parts are. */
export interface InstalledParts {
  /** The folder with the jars of Kafka and Kafka Connect. */
  readonly kafkaLibs: string;
  /** The MariaDB server's base folder. */
  readonly mariaDbHome: string;
  /** The Python interpreter with MiniStack and the table engine's packages. */
  readonly python: string;
  /** Kafka Connect's `plugin.path`: a folder that holds the S3 sink's plugin folder. */
  readonly connectorPluginPath: string;
  /** The S3 sink's zip, as MSK Connect loads it. */
  readonly connectorZip: string;
  /** The REST proxy's bundle, to be run by node. */
  readonly restProxyBundle: string;
  /** The folder with the package of the table engine's functions. */
  readonly tableEnginePackage: string;
  /** The zip of that folder, which is deployed. */
  readonly tableEngineZip: string;
  /** The Python interpreter with Spark, and the jars it is started with. Only there when asked for by name. */
  readonly spark: SparkParts;
  /** The folder with the package of the client host. Only there when asked for by name. */
  readonly clientHostPackage: string;
}

/** Where Spark is. */
export interface SparkParts {
  readonly python: string;
  /** A folder of jars. */
  readonly jars: string;
  readonly extensionJar: string;
}

/** Options of {@link ensureParts}. */
export interface InstallOptions {
  /** The parts to install; by default all but those that are {@link ON_DEMAND}. */
  readonly only?: readonly PartName[];
  /** Ends the installation, and the programs it started, when aborted. */
  readonly signal?: AbortSignal;
}

/** The parts in the order in which they are installed within a lane; lanes run at the same time. */
const LANES: readonly (readonly Part[])[] = [
  [KAFKA, MARIADB, CONNECTOR, KAFKA_CLASSES],
  [PYTHON, TABLE_ENGINE_PACKAGE],
  [REST_PROXY],
];

/** The parts that are only installed when they are named, one after another when the others are there. */
const ON_DEMAND: readonly Part[] = [SPARK, SPARK_EXTENSION, CLIENT_HOST];

/** What a batch on Spark needs. */
export const SPARK_PARTS: readonly PartName[] = ['python', 'spark', 'spark-extension'];

/** The tools a part's installation needs. */
const TOOLS: Readonly<Record<PartName, readonly string[]>> = {
  kafka: ['java', 'mvn'],
  'kafka-classes': ['java'],
  mariadb: ['java', 'javac', 'mvn'], // javac represents the JDK, whose `jar` unpacks the archive.
  's3-sink-connector': ['java', 'javac', 'mvn'],
  python: ['python3'],
  'rest-proxy': [],
  'table-engine-package': ['python3'],
  spark: ['java', 'mvn', 'python3'],
  'spark-extension': ['java', 'javac', 'mvn'],
  'client-host': ['java', 'mvn'],
};

function folderOf(part: Part): string {
  return path.join(PARTS_ROOT, part.name);
}

/** Where the parts are, whether they are installed or not. */
export function installedParts(): InstalledParts {
  const inPart = (name: PartName, file: string): string => path.join(PARTS_ROOT, name, file);
  return {
    kafkaLibs: inPart('kafka', 'libs'),
    mariaDbHome: inPart('mariadb', 'server'),
    python: pythonExecutable(),
    connectorPluginPath: inPart('s3-sink-connector', 'plugins'),
    connectorZip: inPart('s3-sink-connector', 's3-sink-connector.zip'),
    restProxyBundle: inPart('rest-proxy', 'main.js'),
    tableEnginePackage: inPart('table-engine-package', CONTENT),
    tableEngineZip: inPart('table-engine-package', TABLE_ENGINE_ZIP),
    spark: {
      python: inPart('spark', path.join('bin', 'python')),
      jars: inPart('spark', 'jars'),
      extensionJar: inPart('spark-extension', 'spark-extension.jar'),
    },
    clientHostPackage: inPart('client-host', ''),
  };
}

/** The titles of the parts that a run needs and that are not installed, or not in the version that the sources ask for. */
export function missingParts(): string[] {
  return LANES.flat()
    .filter((part) => !isInstalled(part, folderOf(part)))
    .map(({ title }) => title);
}

/** The tools of this machine that a run needs: those that programs are run by, and those that install what is missing. */
export function toolsOfARun(): string[] {
  const missing = LANES.flat().filter((part) => !isInstalled(part, folderOf(part)));
  return [...new Set(['java', 'python3', ...missing.flatMap(({ name }) => TOOLS[name])])];
}

/**
 * Installs what is missing, was interrupted, or is of another version. Safe to be called by several processes at once:
 * one installs, the others wait.
 *
 * @param onProgress gets a line when a part is being installed and when it is done; nothing when all is there.
 * @returns where the parts are.
 * @throws Error naming missing tools, all at once; or a part that could not be installed, with what was said.
 */
export async function ensureParts(
  onProgress: Progress = () => undefined,
  options: InstallOptions = {},
): Promise<InstalledParts> {
  const { only, signal } = options;
  const lanes = LANES.map((lane) => lane.filter((part) => only?.includes(part.name) ?? true));
  const last = ON_DEMAND.filter(({ name }) => only?.includes(name));
  const missing = (): Part[] =>
    [...lanes.flat(), ...last].filter((part) => !isInstalled(part, folderOf(part)));
  if (missing().length === 0) return installedParts();

  const lock = await lockParts(onProgress, signal);
  const failed = new AbortController();
  try {
    const names = missing().map((part) => part.name);
    await checkTools([...new Set(names.flatMap((name) => TOOLS[name]))], signal);
    await requireSpace(PARTS_ROOT, INSTALL_BYTES, 'the local parts');
    const either = AbortSignal.any(signal === undefined ? [failed.signal] : [failed.signal, signal]);
    const results = await Promise.allSettled(
      lanes.map(async (lane) => {
        try {
          for (const part of lane.filter(({ name }) => names.includes(name))) {
            await installPart(part, folderOf(part), onProgress, either);
          }
        } catch (error) {
          failed.abort(error); // The other lanes end as well: the first error is the one to be read.
          throw error;
        }
      }),
    );
    signal?.throwIfAborted();
    if (failed.signal.aborted) throw failed.signal.reason;
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    for (const part of last.filter(({ name }) => names.includes(name))) {
      await installPart(part, folderOf(part), onProgress, signal);
    }
  } finally {
    lock.release();
  }
  return installedParts();
}

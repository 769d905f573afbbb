/**
 * The package of the Spark job for EMR Serverless: `main.py`, in `python/` what it imports, in `jars/` what EMR's Spark
 * lacks. The same sources and jars as the local run's; why these jars: docs/adr/0007-spark-batch.md.
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DELTA_JARS, TABLE_ENGINE_SOURCES } from '../../../lib/packaging/package-files';
import { PROJECT_ROOT } from '../paths';
import {
  AMAZON_LINUX_2023_GLIBC,
  WHEELS_FILE,
  copySources,
  installWheels,
  type LambdaTarget,
} from './table-engine-package';

const JOB = path.join(PROJECT_ROOT, 'engines', 'spark-batch');

/** Where the parts are that go into the package. */
export interface SparkPackageJars {
  /** The folder of the jars that the local Spark lacks. */
  readonly jars: string;
  readonly extensionJar: string;
}

/**
 * Makes the package.
 *
 * @param folder an empty folder to fill.
 * @param target EMR's processor and the Python version that its Spark uses.
 * @throws Error when there is no wheel for the target, or Delta Lake has other jars than the app deploys.
 */
export async function buildSparkPackage(
  folder: string,
  target: LambdaTarget,
  { jars, extensionJar }: SparkPackageJars,
  signal?: AbortSignal,
): Promise<void> {
  copyFileSync(path.join(JOB, 'main.py'), path.join(folder, 'main.py'));
  const packages = path.join(folder, 'python');
  mkdirSync(packages);
  await installWheels(packages, { ...target, glibcMinor: AMAZON_LINUX_2023_GLIBC }, signal);
  rmSync(path.join(packages, WHEELS_FILE));
  copySources(packages, { ...TABLE_ENGINE_SOURCES, spark_batch: path.join(JOB, 'spark_batch') });
  const into = path.join(folder, 'jars');
  mkdirSync(into);
  const found = readdirSync(jars).filter((name) => /^delta-.*\.jar$/.test(name));
  if (found.sort().join() !== DELTA_JARS.join()) {
    throw new Error(
      `Delta Lake's jars in ${jars} are ${found.join(', ')}: expected ${DELTA_JARS.join(', ')}, as lib/packaging/package-files.ts lists them. Change the list with the version.`,
    );
  }
  for (const file of [...DELTA_JARS.map((name) => path.join(jars, name)), extensionJar]) {
    copyFileSync(file, path.join(into, path.basename(file)));
  }
}

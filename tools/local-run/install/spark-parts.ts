/**
 * Spark, which only the batch on Spark needs: half a gigabyte, so it is installed when asked for.
 */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PARTS_ROOT, PROJECT_ROOT, realPartsRoot } from '../paths';
import { copyDependencies, maven } from './java-parts';
import { hashOf, type Part } from './part';
import { makeEnvironment, packagesOf, pipInstall } from './python-environment';
import { PYTHON } from './python-part';

const DEFINITIONS = path.join(__dirname, 'spark');
const POM = path.join(DEFINITIONS, 'pom.xml');
const BUILD_LOCK = path.join(DEFINITIONS, 'requirements-build.lock');
const LOCK = path.join(DEFINITIONS, 'requirements.lock');

/** What the programs in the environment import besides Spark: the part `python`'s packages, and our own. */
function importedFolders(): string[] {
  const sources = ['table-engine', 'spark-batch'].map((name) => path.join(PROJECT_ROOT, 'engines', name));
  return [packagesOf(path.join(PARTS_ROOT, PYTHON.name)), ...sources];
}

/** Spark: a Python environment with `pyspark`, and in `jars/` what its distribution lacks. Needs the part `python`. */
export const SPARK: Part = {
  name: 'spark',
  title: 'Spark 4.1.3 and Delta Lake 4.4.0',
  inPlace: true, // An environment holds its own path.
  stamp: () => hashOf([POM, BUILD_LOCK, LOCK], [path.join(realPartsRoot(), 'spark'), PYTHON.stamp()]),
  provides: ['bin/python', 'jars/delta-spark_4.1_2.13-4.4.0.jar', 'jars/hadoop-aws-3.4.2.jar'],
  async install(folder, signal) {
    const python = await makeEnvironment(folder, signal);
    // pyspark is only there as sources; its build must not fetch what no lock file names.
    await pipInstall(python, ['-r', BUILD_LOCK], signal);
    await pipInstall(python, ['--no-build-isolation', '-r', LOCK], signal);
    writeFileSync(
      path.join(packagesOf(folder), 'project_folders.pth'),
      importedFolders()
        .map((line) => `${line}\n`)
        .join(''),
    );
    await copyDependencies(POM, path.join(folder, 'jars'), [], signal);
  },
};

const EXTENSION_SOURCE = path.join(PROJECT_ROOT, 'engines', 'spark-extension');

/** The Spark extension: `spark-extension.jar`. */
export const SPARK_EXTENSION: Part = {
  name: 'spark-extension',
  title: 'the Spark extension',
  stamp: () => hashOf([path.join(EXTENSION_SOURCE, 'pom.xml'), path.join(EXTENSION_SOURCE, 'src', 'main')]),
  provides: ['spark-extension.jar'],
  async install(folder, signal) {
    // Built from a copy, so that a build in the source folder at the same time does no harm.
    const build = path.join(folder, 'build');
    mkdirSync(path.join(build, 'src'), { recursive: true });
    for (const name of ['pom.xml', path.join('src', 'main')]) {
      cpSync(path.join(EXTENSION_SOURCE, name), path.join(build, name), { recursive: true });
    }
    await maven(['-Dmaven.test.skip=true', 'package'], build, signal);
    const jar = path.join(build, 'target', 'spark-extension.jar');
    if (!existsSync(jar)) throw new Error('The build of the Spark extension gave no jar.');
    renameSync(jar, path.join(folder, 'spark-extension.jar'));
    rmSync(build, { recursive: true });
  },
};

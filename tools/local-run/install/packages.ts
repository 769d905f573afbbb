/**
 * Makes the packages that are deployed to AWS, once for all their sources: `cdk deploy` by way of `package-file.ts`, and
 * people by `npm run package`.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import {
  filesOf,
  SPARK_MAIN,
  type PackageName,
  type PackageTarget,
} from '../../../lib/packaging/package-files';
import { sourceHash } from '../../../lib/packaging/source-hash';
import { ensureParts, installedParts, SPARK_PARTS, type Progress } from '../install';
import { LOCAL_ROOT } from '../paths';
import { waitForLock } from '../state/lock';
import { installPart, isInstalled, type Part } from './part';
import { buildSparkPackage } from './spark-package';
import { buildTableEngineZip, zipFolder } from './table-engine-package';

/** Where the packages are. */
const PACKAGES_ROOT = path.join(LOCAL_ROOT, 'packages');

/** Where a package that has wheels is. */
function folderOf(name: PackageName, { architecture, python }: PackageTarget): string {
  return path.join(PACKAGES_ROOT, `${name}-${architecture}-python${python}`);
}

/** What a package is made from, and how. */
function partOf(name: 'table-engine' | 'spark-batch', target: PackageTarget): Part<string> {
  const files = filesOf(name, target);
  const { architecture, python } = target;
  // A deployment takes it from the sources; a setting can name another package.
  const plain = name === 'spark-batch' ? [SPARK_MAIN] : [];
  return {
    name,
    title: `the package ${name} for ${architecture} and Python ${python}`,
    stamp: () =>
      sourceHash(
        plain,
        files.map(({ hash }) => hash),
      ),
    provides: [...plain.map((file) => path.basename(file)), ...files.map(({ file }) => file)],
    async install(folder, signal) {
      if (name === 'spark-batch') {
        await buildSparkPackage(folder, target, installedParts().spark, signal);
        await zipFolder(path.join(folder, 'python'), path.join(folder, 'python.zip'), signal);
        return;
      }
      await buildTableEngineZip(folder, target, folderOf(name, target), signal);
    },
  };
}

/**
 * Makes a package unless it already exists, whole and of the same sources. Safe to be called by several processes at once.
 *
 * @param target for whom, of a package that has wheels.
 * @param onProgress gets a line when something is being made and when it is done.
 * @returns the package's folder.
 * @throws Error naming the tools that are missing, or with what the command that failed said.
 */
export async function ensurePackage(
  name: PackageName,
  target: PackageTarget | undefined,
  onProgress: Progress,
): Promise<string> {
  if (name === 's3-sink-connector')
    return path.dirname((await ensureParts(onProgress, { only: ['s3-sink-connector'] })).connectorZip);
  if (name === 'client-host')
    return (await ensureParts(onProgress, { only: ['client-host'] })).clientHostPackage;
  if (target === undefined) throw new Error(`The package ${name} needs a processor and a Python version.`);
  const folder = folderOf(name, target);
  const part = partOf(name, target);
  if (isInstalled(part, folder)) return folder;
  mkdirSync(PACKAGES_ROOT, { recursive: true });
  const lock = await waitForLock(
    path.join(PACKAGES_ROOT, 'lock'),
    'the folder of the packages',
    ({ pid }) => {
      onProgress(`waiting for process ${pid}, which is making packages …`);
    },
  );
  try {
    await ensureParts(onProgress, { only: name === 'table-engine' ? ['python'] : SPARK_PARTS });
    if (!isInstalled(part, folder)) await installPart(part, folder, onProgress);
  } finally {
    lock.release();
  }
  return folder;
}

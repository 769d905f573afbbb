/**
 * What the CDK command line runs when it is to publish a file of a package (`lib/packaging/package-files.ts`): makes the package
 * unless it is there, and writes the file's path to standard output, and nothing else.
 */
import { openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Argument, Command, Option } from 'commander';
import {
  ARCHITECTURES,
  filesOf,
  PACKAGE_NAMES,
  type PackageFile,
  type PackageName,
  type PackageTarget,
} from '../../lib/packaging/package-files';
import { ensurePackage } from './install/packages';
import { requireUsablePaths } from './paths';

/** The CDK command line keeps standard error for itself until something fails: a person at a terminal is told there. */
function progress(): (line: string) => void {
  try {
    const terminal = openSync('/dev/tty', 'w');
    return (line) => writeSync(terminal, `${line}\n`);
  } catch {
    return () => undefined; // There is none.
  }
}

/**
 * The file that is published. Under its hash there would otherwise be, for good, what other sources gave.
 *
 * @throws Error when the sources are no longer those of the hash.
 */
function checked(name: PackageName, wanted: string, hash: string, target?: PackageTarget): PackageFile {
  const file = filesOf(name, target).find((one) => one.file === wanted);
  if (file === undefined) throw new Error(`The package ${name} has no file ${wanted}.`);
  if (file.hash === hash) return file;
  throw new Error(
    `The sources of ${file.title} are no longer those of the synthesis that is deployed: expected ${hash}, found ${file.hash}. Synthesise again, with the sources as they are to be deployed.`,
  );
}

async function main(
  name: PackageName,
  wanted: string,
  hash: string,
  { architecture, python }: Partial<PackageTarget>,
): Promise<void> {
  requireUsablePaths();
  const target = architecture === undefined || python === undefined ? undefined : { architecture, python };
  checked(name, wanted, hash, target);
  const folder = await ensurePackage(name, target, progress());
  const { file } = checked(name, wanted, hash, target); // They may have changed meanwhile.
  process.stdout.write(`${path.join(folder, file)}\n`);
}

new Command('package-file')
  .addArgument(new Argument('<package>').choices(PACKAGE_NAMES))
  .argument('<file>', 'its path in the package')
  .argument('<hash>', 'the hash of its sources')
  .addOption(new Option('--architecture <name>').choices(ARCHITECTURES))
  .option('--python <version>')
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });

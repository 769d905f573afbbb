/**
 * `npm run package`: makes what is deployed to AWS, on any machine: the package of the table engine's functions for
 * Lambda, the S3 sink's zip, and the client host's package. Prints what is in the first.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { ensureParts } from './install';
import { buildTableEnginePackage, sizesOf, type LambdaTarget } from './install/table-engine-package';
import { LOCAL_ROOT } from './paths';

interface Options extends LambdaTarget {
  readonly output?: string;
}

async function main({ architecture, python, output }: Options): Promise<void> {
  const folder = path.resolve(output ?? path.join(LOCAL_ROOT, 'packages', `table-engine-${architecture}`));
  const parts = await ensureParts(console.log, { only: ['python', 's3-sink-connector', 'client-host'] });
  const clientHost = path.join(LOCAL_ROOT, 'packages', 'client-host');
  rmSync(clientHost, { recursive: true, force: true });
  cpSync(parts.clientHostPackage, clientHost, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await buildTableEnginePackage(folder, { architecture, python });
  const sizes = [...sizesOf(folder)].sort(([, a], [, b]) => b - a);
  const line = (bytes: number, name: string): string => `${(bytes / 1e6).toFixed(1).padStart(7)} MB  ${name}`;
  for (const [name, bytes] of sizes.filter(([, size]) => size >= 50_000)) console.log(line(bytes, name));
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  console.log(`${line(total, 'in all')}, for ${architecture} and Python ${python}`);
  for (const made of [folder, parts.connectorZip, clientHost]) console.log(made);
}

new Command('npm run package --')
  .description('Makes what is deployed to AWS.')
  .addOption(
    new Option('--architecture <name>', "Lambda's processor").choices(['arm64', 'x86_64']).default('arm64'),
  )
  .addOption(
    // Lambda's older ones run on an Amazon Linux for which deltalake has no wheel on arm64.
    new Option('--python <version>', 'the Python version').choices(['3.12', '3.13']).default('3.12'),
  )
  .option('--output <folder>', "the folder of the table engine's package; what is in it is deleted")
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });

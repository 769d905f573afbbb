/**
 * `npm run package`: makes what is deployed to AWS, on any machine: the package of the table engine's functions for
 * Lambda, the package of the Spark job for EMR Serverless, the S3 sink's zip, and the client host's package. Prints what
 * is in the first.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { SPARK_PARTS, ensureParts } from './install';
import { buildSparkPackage } from './install/spark-package';
import { buildTableEnginePackage, sizesOf, type LambdaTarget } from './install/table-engine-package';
import { LOCAL_ROOT, requireUsablePaths } from './paths';
import { exemptLoopback } from './processes/environment';

interface Options extends LambdaTarget {
  readonly output?: string;
  readonly emrPython: string;
}

/** An empty folder. */
function emptied(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function main({ architecture, python, emrPython, output }: Options): Promise<void> {
  requireUsablePaths();
  exemptLoopback();
  const folder = path.resolve(output ?? path.join(LOCAL_ROOT, 'packages', `table-engine-${architecture}`));
  const parts = await ensureParts(console.log, {
    only: ['s3-sink-connector', 'client-host', ...SPARK_PARTS],
  });
  const clientHost = path.join(LOCAL_ROOT, 'packages', 'client-host');
  rmSync(clientHost, { recursive: true, force: true });
  cpSync(parts.clientHostPackage, clientHost, { recursive: true });
  await buildTableEnginePackage(emptied(folder), { architecture, python });
  const sizes = [...sizesOf(folder)].sort(([, a], [, b]) => b - a);
  const line = (bytes: number, name: string): string => `${(bytes / 1e6).toFixed(1).padStart(7)} MB  ${name}`;
  for (const [name, bytes] of sizes.filter(([, size]) => size >= 50_000)) console.log(line(bytes, name));
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  console.log(`${line(total, 'in all')}, for ${architecture} and Python ${python}`);
  const spark = path.join(LOCAL_ROOT, 'packages', `spark-batch-${architecture}`);
  await buildSparkPackage(emptied(spark), { architecture, python: emrPython }, parts.spark);
  for (const made of [folder, spark, parts.connectorZip, clientHost]) console.log(made);
}

new Command('npm run package --')
  .description('Makes what is deployed to AWS.')
  .addOption(
    new Option('--architecture <name>', 'the processor of Lambda and EMR Serverless')
      .choices(['arm64', 'x86_64'])
      .default('arm64'),
  )
  .addOption(
    // Lambda's older ones run on an Amazon Linux for which deltalake has no wheel on arm64.
    new Option('--python <version>', 'the Python version').choices(['3.12', '3.13']).default('3.12'),
  )
  .addOption(
    new Option('--emr-python <version>', "the Python version of EMR's Spark")
      .choices(['3.11', '3.12', '3.13'])
      .default('3.11'),
  )
  .option('--output <folder>', "the folder of the table engine's package; what is in it is deleted")
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });

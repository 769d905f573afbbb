/**
 * `npm run package`: makes what is deployed to AWS, as `cdk deploy` does by itself: the package of the table engine's functions
 * for Lambda, the package of the Spark job for EMR Serverless, the S3 sink's zip, and the client host's package. Prints what is
 * in the first.
 */
import path from 'node:path';
import { Command, Option } from 'commander';
import {
  ARCHITECTURES,
  EMR_PYTHON,
  LAMBDA_PYTHONS,
  type PackageTarget,
} from '../../lib/packaging/package-files';
import { ensurePackage } from '../local-run/install/packages';
import { CONTENT, TABLE_ENGINE_ZIP, sizesOf } from '../local-run/install/table-engine-package';
import { requireUsablePaths } from '../local-run/paths';
import { exemptLoopback } from '../processes/environment';

interface Options extends PackageTarget {
  readonly emrPython: string;
}

async function main({ architecture, python, emrPython }: Options): Promise<void> {
  requireUsablePaths();
  exemptLoopback();
  const plugin = await ensurePackage('s3-sink-connector', undefined, console.log);
  const clientHost = await ensurePackage('client-host', undefined, console.log);
  const tableEngine = await ensurePackage('table-engine', { architecture, python }, console.log);
  const sizes = [...sizesOf(path.join(tableEngine, CONTENT))].sort(([, a], [, b]) => b - a);
  const line = (bytes: number, name: string): string => `${(bytes / 1e6).toFixed(1).padStart(7)} MB  ${name}`;
  for (const [name, bytes] of sizes.filter(([, size]) => size >= 50_000)) console.log(line(bytes, name));
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  console.log(`${line(total, 'in all')}, for ${architecture} and Python ${python}`);
  const spark = await ensurePackage('spark-batch', { architecture, python: emrPython }, console.log);
  const zip = path.join(plugin, 's3-sink-connector.zip');
  for (const made of [path.join(tableEngine, TABLE_ENGINE_ZIP), spark, zip, clientHost]) console.log(made);
}

new Command('npm run package --')
  .description('Makes what is deployed to AWS.')
  .addOption(
    new Option('--architecture <name>', 'the processor of Lambda and EMR Serverless')
      .choices(ARCHITECTURES)
      .default('arm64'),
  )
  .addOption(new Option('--python <version>', 'the Python version').choices(LAMBDA_PYTHONS).default('3.14'))
  .addOption(
    new Option('--emr-python <version>', "the Python version of EMR's Spark")
      .choices(['3.11', '3.12', '3.13'])
      .default(EMR_PYTHON),
  )
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });

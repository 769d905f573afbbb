/** `npm run chaos -- --minutes 5 --seed 1`: exit code 0 when nothing was lost or doubled, 1 otherwise. */
import { Command, CommanderError } from 'commander';
import { wholeNumber, decimalNumber } from '../../tools/cli/arguments';
import { requireUsablePaths } from '../../tools/local-run/paths';
import { exemptLoopback } from '../../tools/processes/environment';
import { chaos } from './chaos';

const program = new Command('npm run chaos --')
  .description(
    'Runs the pipeline while its parts, and the run itself, are killed and frozen at random; ends with missing 0 and duplicate 0, or exit code 1.',
  )
  .option('--minutes <number>', 'how long', decimalNumber('minutes', 600, 5), 5)
  .option('--seed <number>', 'decides what is struck when', wholeNumber(0, 1_000_000_000), 1)
  .option('--rate <number>', 'posts a second', wholeNumber(1, 10_000), 50)
  .allowExcessArguments(false)
  .exitOverride();

async function main(): Promise<void> {
  program.parse();
  exemptLoopback();
  requireUsablePaths();
  const options = program.opts<{ minutes: number; seed: number; rate: number }>();
  const report = await chaos({
    ...options,
    onLine: (line) => {
      console.log(line);
    },
  });
  console.log(`\n${report.output.split('\n').slice(-40).join('\n')}`);
  console.log(
    `seed ${options.seed}: ${report.blows} blows, ${report.starts} starts, ${report.ok ? 'nothing missing, nothing double' : 'FAILED'}`,
  );
  if (!report.ok) process.exitCode = 1;
}

main().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

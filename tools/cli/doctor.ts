/** `npm run pipeline -- doctor`. */
import type { Command } from 'commander';
import { requireUsablePaths } from '../local-run/paths';
import { forgetAwsAccount } from '../processes/environment';
import { addStageOptions, stageOf, userIdOption, type StageFlags } from './stage-option';
import { isWell, type CheckResult } from '../pipeline/doctor/check';
import { formatChecks } from './format-doctor';

/** Adds `doctor`. */
export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description(
      'asks this machine and the running pipeline, or a stage on AWS, whether all is well, and says what to do where it is not; exit code 1 when something has failed or could not be asked',
    )
    .addOption(userIdOption())
    .option('--json', 'print one JSON document: a list of {check, status, seen, remedy}')
    .action(async (flags: StageFlags & { readonly json?: true }) => {
      requireUsablePaths();
      const results = await examine(flags);
      process.stdout.write(`${flags.json ? JSON.stringify(results, null, 2) : formatChecks(results)}\n`);
      if (!isWell(results)) process.exitCode = 1;
    });
  addStageOptions(command, {
    help: 'Asks for account, stacks, cluster, sink, REST proxy, API, streams, answers and alarms; before anything is deployed, for what a deployment needs. It changes nothing.',
  });
}

/** Only here: the clients and the installation take a second to load. */
async function examine(flags: StageFlags): Promise<CheckResult[]> {
  if (flags.stage === 'local') {
    forgetAwsAccount();
    return (await import('../local-run/doctor/local-doctor.js')).doctorOfLocalRun(flags.userId);
  }
  return (await import('../stage/doctor/stage-doctor.js')).doctorOfStage(stageOf(flags));
}

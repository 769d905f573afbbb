/**
 * The commands for the stages on Amazon's AWS. What they do is loaded when it is asked for: the clients of EC2 and RDS and
 * the constructs take longer to load than all the rest of the command line.
 */
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ConnectWay } from '../deployed-stage/connect';
import { regionOf } from '../deployed-stage/stage-aws';
import type { SourceSnapshot } from '../deployed-stage/snapshots';
import { textTable } from '../text-table';
import { AWS_STAGES, regionOption, stageOf, userIdOption, type StageFlags } from './stage-option';

const CONNECT_WAYS: readonly ConnectWay[] = ['session', 'ssh', 'ssh-direct'];

/** A command with the flags that say which stage. */
function stageCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .addOption(new Option('--stage <name>', 'the stage').choices(AWS_STAGES).makeOptionMandatory())
    .addOption(userIdOption())
    .addOption(regionOption());
}

/** Gathers the values of `-c name=value`. */
function setting(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [name = '', value] = text.split(/=(.*)/s);
  if (name === '' || value === undefined) {
    throw new InvalidArgumentError('Expected name=value, for example kafkaCapacity=serverless.');
  }
  return { ...before, [name]: value };
}

/** The snapshots for a person. */
export function formatSnapshots(snapshots: readonly SourceSnapshot[]): string {
  return snapshots.length === 0
    ? 'There is no snapshot of the source database: it leaves one when its stack is deleted.'
    : textTable(
        ['snapshot', 'made', 'GiB'],
        snapshots.map(({ id, made, gibibytes }) => [id, made, gibibytes]),
      );
}

/** Adds `connect`, `brokers`, `snapshots` and `cost`. */
export function addAwsCommands(program: Command): void {
  stageCommand(program, 'connect', 'a shell on the client host; ends with the exit code of the session')
    .addOption(
      new Option(
        '--by <way>',
        'by Session Manager, by SSH through it, or by SSH to the private address where a network leads there',
      )
        .choices(CONNECT_WAYS)
        .default('session'),
    )
    .option('--print', 'only print the command')
    .action(async (flags: StageFlags & { readonly by: ConnectWay; readonly print?: true }) => {
      const tell = (line: string): void => {
        if (flags.print) process.stdout.write(`${line}\n`);
        else console.error(line);
      };
      const { connect } = await import('../deployed-stage/connect.js');
      process.exitCode = await connect(stageOf(flags), { way: flags.by, print: flags.print, tell });
    });

  stageCommand(program, 'brokers', 'the bootstrap brokers of the Kafka cluster')
    .option('--json', 'print one JSON document')
    .action(async (flags: StageFlags & { readonly json?: true }) => {
      const { brokers } = await import('../deployed-stage/brokers.js');
      const result = await brokers(stageOf(flags));
      process.stdout.write(
        `${flags.json ? JSON.stringify(result, null, 2) : result.bootstrapServers.split(',').join('\n')}\n`,
      );
    });

  stageCommand(program, 'snapshots', 'the snapshots of the source database, the newest first')
    .option('--json', 'print one JSON document')
    .action(async (flags: StageFlags & { readonly json?: true }) => {
      const { sourceSnapshots } = await import('../deployed-stage/snapshots.js');
      const result = await sourceSnapshots(stageOf(flags));
      process.stdout.write(`${flags.json ? JSON.stringify(result, null, 2) : formatSnapshots(result)}\n`);
    });

  stageCommand(
    program,
    'cost',
    'what a stage costs while idle: an hour, a day, a month, parked, and by resource; nothing need be deployed',
  )
    .option('-c, --context <name=value>', 'a setting, as for cdk deploy; may be given again', setting, {})
    .option('--json', 'print one JSON document')
    .action(
      async (flags: StageFlags & { readonly context: Record<string, string>; readonly json?: true }) => {
        const [{ stageCost }, { synthesise }, { formatCost }] = await Promise.all([
          import('../cost/overview.js'),
          import('../cost/synthesise.js'),
          import('./format-cost.js'),
        ]);
        const { userId, stage, context } = flags;
        const settings = { ...context, userId, stage, region: regionOf(flags.region) };
        const result = stageCost(settings, synthesise);
        process.stdout.write(`${flags.json ? JSON.stringify(result, null, 2) : formatCost(result)}\n`);
      },
    );
}

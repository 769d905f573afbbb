/** `--stage`, `--region` and `--user-id`: which pipeline a command works on. */
import { Option, type Command } from 'commander';
import { checkUserId, DEFAULT_USER_ID } from '../../services/contract';
import { checked } from './arguments';
import { ONLY_AWS, type Capability } from '../pipeline/capabilities';
import type { StageAws } from '../pipeline/deployment';
import type { Pipeline } from '../pipeline/pipeline';
import { regionOf } from '../deployed-stage/stage-aws';
import { requireUsablePaths } from '../local-run/paths';
import { forgetAwsAccount } from '../processes/environment';

/** The stages on AWS. */
export const AWS_STAGES = ['dev', 'prod'] as const;

/** The flags that say which pipeline. */
export interface StageFlags {
  readonly userId: string;
  /** `local`, or one of {@link AWS_STAGES}. */
  readonly stage: string;
  readonly region?: string;
}

/** The stage on AWS that the flags name, in the region that they or the environment say. */
export function stageOf({ userId, stage, region }: StageFlags): StageAws {
  return { userId, stage, aws: { region: regionOf(region) } };
}

/** `--user-id`. */
export function userIdOption(): Option {
  return new Option('--user-id <id>', 'the prefix of topics and tables')
    .default(DEFAULT_USER_ID)
    .argParser(checked(checkUserId));
}

/** `--region`. */
export function regionOption(): Option {
  return new Option('--region <name>', "the AWS region (default: the environment's, or us-east-1)").argParser(
    checked((text) => regionOf(text)),
  );
}

/** Lets a command of the local pipeline also take a stage on AWS; options that do not go with the stage are refused. */
export function addStageOptions(command: Command, { onAws, unsupported, absent }: Capability): void {
  command
    .addOption(
      new Option('--stage <name>', 'the pipeline that runs here, or a stage on AWS')
        .choices(['local', ...AWS_STAGES])
        .default('local'),
    )
    .addOption(regionOption())
    .addHelpText('after', `\nOf --stage dev and prod:\n  ${onAws}`)
    .hook('preAction', () => {
      const { stage } = command.opts<StageFlags>();
      const reason = absent?.[stage === 'local' ? 'local' : 'aws'];
      if (reason !== undefined) {
        command.error(`error: command '${command.name()}' cannot be used with --stage ${stage}: ${reason}`);
      }
      const refused = stage === 'local' ? { ...unsupported.local, region: ONLY_AWS } : unsupported.aws;
      for (const [name, reason] of Object.entries(refused ?? {})) {
        if (command.getOptionValueSource(name) !== 'cli') continue;
        const option = command.options.find((one) => one.attributeName() === name);
        command.error(
          `error: option '${option?.long ?? name}' cannot be used with --stage ${stage}: ${reason}`,
        );
      }
    });
}

/**
 * The pipeline that the flags name. Nothing is asked of it yet.
 *
 * @throws UnusablePathError when the checkout or the state folder is in a place that the local run cannot use.
 */
export async function openPipeline(flags: StageFlags): Promise<Pipeline> {
  requireUsablePaths();
  // Only here: the clients of either side take a second to load.
  if (flags.stage === 'local') {
    forgetAwsAccount();
    const { LocalPipeline } = await import('../local-run/local-pipeline.js');
    return new LocalPipeline(flags.userId);
  }
  const { StagePipeline } = await import('../deployed-stage/stage-pipeline.js');
  return new StagePipeline(stageOf(flags));
}

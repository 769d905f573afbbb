/** Pieces of the commands that remedies name. */
import { DEFAULT_USER_ID } from '../../../services/contract';
import type { StageAws } from '../deployment';

/** What the CDK's commands need to mean this pipeline, for example `-c stage=dev -c userId=me`. */
export function contextFlags({ stage, userId, aws }: StageAws): string {
  return [
    `-c stage=${stage}`,
    ...(userId === DEFAULT_USER_ID ? [] : [`-c userId=${userId}`]),
    // The app's own default; it does not read the environment.
    ...(aws.region === 'us-east-1' ? [] : [`-c region=${aws.region}`]),
  ].join(' ');
}

/** A command of this command line for this pipeline, in backquotes. */
export function pipelineCommand({ stage, userId, aws }: StageAws, command: string): string {
  const flags = [
    ...(stage === 'local' ? [] : [`--stage ${stage}`, `--region ${aws.region}`]),
    ...(userId === DEFAULT_USER_ID ? [] : [`--user-id ${userId}`]),
  ];
  return `\`${['npm run pipeline --', command, ...flags].join(' ')}\``;
}

/** How a pipeline is started here, in backquotes. */
export function pipelineStart(userId: string): string {
  return `\`npm start${userId === DEFAULT_USER_ID ? '' : ` -- --user-id ${userId}`}\``;
}

/** A stage on Amazon's AWS, as the commands that look at it find it: by stack outputs and by tags. */
import { stackNamePrefix } from '../../lib/stack-names';
import type { AwsClientConfig } from '../pipeline/deployment';
import { pipelineStacks } from '../pipeline/pipeline-stacks';

/** Whose pipeline, where, in which stage. */
export interface StageAws {
  readonly userId: string;
  /** `dev` or `prod`. */
  readonly stage: string;
  /** The default credential chain is used. `AWS_ENDPOINT_URL` is obeyed. */
  readonly aws: AwsClientConfig;
}

/** The region of a deployment: the flag, the environment's, or the stages' own default. */
export function regionOf(flag: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  const region = flag ?? (environment.AWS_REGION || environment.AWS_DEFAULT_REGION || 'us-east-1');
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)) {
    throw new Error(`The region is "${region}": expected an AWS region, for example "us-east-1".`);
  }
  return region;
}

/** The tags that everything of a pipeline has. */
export function pipelineTags({ userId, stage }: StageAws): Readonly<Record<string, string>> {
  return { project: 'pinterest-data-pipeline', 'user-id': userId, stage };
}

/**
 * One output of the pipeline's stacks.
 *
 * @throws Error when no stack is deployed there, or none has that output.
 */
export async function stackOutput({ userId, stage, aws }: StageAws, key: string): Promise<string> {
  const prefix = stackNamePrefix(userId, stage);
  let stacks = 0;
  for await (const stack of pipelineStacks(aws, userId, stage)) {
    stacks += 1;
    const output = stack.Outputs?.find(({ OutputKey }) => OutputKey === key);
    if (output?.OutputValue) return output.OutputValue;
  }
  if (stacks === 0) throw noStack({ userId, stage, aws });
  throw new Error(
    `None of the ${stacks} stacks ${prefix}* in ${aws.region} has the output ${key}. Deploy all of them: \`npx cdk deploy --all -c stage=${stage} -c userId=${userId}\`.`,
  );
}

/** The error that no stack of a pipeline is there. */
export function noStack({ userId, stage, aws }: StageAws): Error {
  return new Error(
    `No stack named ${stackNamePrefix(userId, stage)}* is in ${aws.region}: give another --stage, --user-id or --region, or deploy the stage first: \`npx cdk deploy --all -c stage=${stage} -c userId=${userId}\`.`,
  );
}

/** A stage on Amazon's AWS, as the commands that look at it find it: by stack outputs and by tags. */
import { stackNamePrefix } from '../../lib/stack-names';
import type { StageAws } from '../pipeline/deployment';
import { pipelineStacks } from '../pipeline/pipeline-stacks';

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
export async function stackOutput(stage: StageAws, key: string): Promise<string> {
  const stacks = await pipelineStacks(stage);
  if (stacks.length === 0) throw noStack(stage);
  const outputs = stacks.flatMap(({ Outputs }) => Outputs ?? []);
  const value = outputs.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
  if (value) return value;
  const prefix = stackNamePrefix(stage.userId, stage.stage);
  throw new Error(
    `None of the ${stacks.length} stacks ${prefix}* in ${stage.aws.region} has the output ${key}. Deploy all of them: \`npx cdk deploy --all -c stage=${stage.stage} -c userId=${stage.userId}\`.`,
  );
}

/** The error that no stack of a pipeline is there. */
export function noStack({ userId, stage, aws }: StageAws): Error {
  return new Error(
    `No stack named ${stackNamePrefix(userId, stage)}* is in ${aws.region}: give another --stage, --user-id or --region, or deploy the stage first: \`npx cdk deploy --all -c stage=${stage} -c userId=${userId}\`.`,
  );
}

/** `status --stage`: what CloudFormation and CloudWatch know of a stage on AWS. */
import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { isWhole, pipelineStacks } from '../pipeline/pipeline-stacks';
import { answersMade } from '../pipeline/answers';
import type { StackState, StageStatus } from '../pipeline/status';
import type { StageAws } from '../pipeline/deployment';
import { noStack } from './stage-aws';

/** @throws Error when no stack is deployed there. */
export async function stageStatus(stage: StageAws): Promise<StageStatus> {
  const { userId, aws } = stage;
  const { stacks, bucket } = await readStacks(stage);
  const alarms = await alarmsOn(stage);
  return {
    stage: stage.stage,
    userId,
    region: aws.region,
    ok: alarms.length === 0 && stacks.every(({ state }) => isWhole(state)),
    stacks,
    alarms,
    answersMade: bucket === undefined ? null : ((await answersMade(stage, bucket)) ?? null),
  };
}

async function readStacks(stage: StageAws): Promise<{ stacks: StackState[]; bucket: string | undefined }> {
  const stacks: StackState[] = [];
  let bucket: string | undefined;
  for (const stack of await pipelineStacks(stage)) {
    const { StackName, StackStatus, CreationTime, LastUpdatedTime, Outputs } = stack;
    if (StackName === undefined || StackStatus === undefined) continue;
    const changed = (LastUpdatedTime ?? CreationTime)?.toISOString() ?? null;
    stacks.push({ name: StackName, state: StackStatus, changed });
    bucket ??= Outputs?.find(({ OutputKey }) => OutputKey === 'SinkBucketName')?.OutputValue;
  }
  if (stacks.length === 0) throw noStack(stage);
  return { stacks: stacks.sort((a, b) => a.name.localeCompare(b.name)), bucket };
}

async function alarmsOn({ userId, stage, aws }: StageAws): Promise<string[]> {
  const client = new CloudWatchClient(aws);
  const names: string[] = [];
  try {
    const asked = { AlarmNamePrefix: `${userId}-${stage}/`, StateValue: 'ALARM' } as const;
    for await (const page of paginateDescribeAlarms({ client }, asked)) {
      names.push(...(page.MetricAlarms ?? []).flatMap(({ AlarmName }) => AlarmName ?? []));
    }
  } finally {
    client.destroy();
  }
  return names.sort();
}

/** `status --stage`: what CloudFormation and CloudWatch know of a stage on AWS. */
import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { pipelineStacks } from '../pipeline/pipeline-stacks';
import { answersMade } from './stage-answers';
import { noStack, type StageAws } from './stage-aws';
import { textTable } from '../cli/text-table';

/** A stage as AWS knows it. */
export interface StageStatus {
  readonly stage: string;
  readonly userId: string;
  readonly region: string;
  /** Every stack is whole, and no alarm is on. */
  readonly ok: boolean;
  readonly stacks: readonly StackState[];
  /** The names of the alarms that are on; each is a heading of `docs/runbook.md` after the first `/`. */
  readonly alarms: readonly string[];
  /** When the newest answers were made, ISO 8601; null when there are none. */
  readonly answersMade: string | null;
}

/** A stack. */
export interface StackState {
  readonly name: string;
  /** As CloudFormation says it. */
  readonly state: string;
  /** The last change, ISO 8601; null when CloudFormation says none. */
  readonly changed: string | null;
}

/** States of a stack that is as its template says, and in which nothing goes on. */
const WHOLE: readonly string[] = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE'];

/** @throws Error when no stack is deployed there. */
export async function stageStatus(stage: StageAws): Promise<StageStatus> {
  const { userId, aws } = stage;
  const { stacks, bucket } = await readStacks(stage);
  const alarms = await alarmsOn(stage);
  return {
    stage: stage.stage,
    userId,
    region: aws.region,
    ok: alarms.length === 0 && stacks.every(({ state }) => WHOLE.includes(state)),
    stacks,
    alarms,
    answersMade: bucket === undefined ? null : ((await answersMade(stage, bucket)) ?? null),
  };
}

async function readStacks(stage: StageAws): Promise<{ stacks: StackState[]; bucket: string | undefined }> {
  const stacks: StackState[] = [];
  let bucket: string | undefined;
  for await (const stack of pipelineStacks(stage.aws, stage.userId, stage.stage)) {
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

/** The status for a person. */
export function formatStageStatus(status: StageStatus): string {
  const { userId, stage, region, stacks, alarms, answersMade: made } = status;
  return [
    `Pipeline ${userId}, stage ${stage}, in ${region}`,
    '',
    textTable(
      ['stack', 'state', 'changed'],
      stacks.map(({ name, state, changed }) => [name, state, changed ?? '-']),
    ),
    '',
    alarms.length === 0
      ? 'No alarm is on.'
      : `Alarms that are on (docs/runbook.md says what to do): ${alarms.join(', ')}`,
    made === null ? 'There are no answers yet.' : `The newest answers are of ${made}.`,
  ].join('\n');
}

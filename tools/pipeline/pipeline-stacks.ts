/** The stacks that CloudFormation has: all of them, or those of one pipeline. */
import { CloudFormationClient, paginateDescribeStacks, type Stack } from '@aws-sdk/client-cloudformation';
import { isStackOf } from '../../lib/stack-names';
import type { AwsClientConfig, StageAws } from './deployment';

/** CloudFormation's states of a stack that is as its template says, and in which no operation is running. */
const WHOLE: readonly string[] = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE'];

/** Whether a stack in this state is as its template says: not being worked on, not failed, not rolled back. */
export function isWhole(state: string | undefined): boolean {
  return WHOLE.includes(state ?? '');
}

/**
 * Reads all stacks of an account in a region.
 *
 * @param signal ends the asking.
 */
export async function readStacks(aws: AwsClientConfig, signal?: AbortSignal): Promise<Stack[]> {
  const client = new CloudFormationClient(aws);
  const stacks: Stack[] = [];
  try {
    for await (const page of paginateDescribeStacks({ client }, {}, { abortSignal: signal })) {
      stacks.push(...(page.Stacks ?? []));
    }
    return stacks;
  } finally {
    client.destroy();
  }
}

/** Reads the stacks of a pipeline, but for those that were deleted. */
export async function pipelineStacks(
  { aws, userId, stage }: StageAws,
  signal?: AbortSignal,
): Promise<Stack[]> {
  return (await readStacks(aws, signal)).filter(
    ({ StackName, StackStatus }) =>
      isStackOf(StackName ?? '', userId, stage) && StackStatus !== 'DELETE_COMPLETE',
  );
}

/** The stacks of one pipeline that CloudFormation has. */
import { CloudFormationClient, paginateDescribeStacks, type Stack } from '@aws-sdk/client-cloudformation';
import { isStackOf } from '../../lib/stack-names';
import type { AwsClientConfig } from './deployment';

/**
 * Reads the stacks of a pipeline, but for those that were deleted.
 *
 * @param signal ends the asking.
 */
export async function* pipelineStacks(
  aws: AwsClientConfig,
  userId: string,
  stage: string,
  signal?: AbortSignal,
): AsyncGenerator<Stack> {
  const client = new CloudFormationClient(aws);
  try {
    for await (const page of paginateDescribeStacks({ client }, {}, { abortSignal: signal })) {
      for (const stack of page.Stacks ?? []) {
        if (isStackOf(stack.StackName ?? '', userId, stage) && stack.StackStatus !== 'DELETE_COMPLETE') {
          yield stack;
        }
      }
    }
  } finally {
    client.destroy();
  }
}

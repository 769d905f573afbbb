/** What CloudFormation says is deployed of a pipeline: the start of every other question. */
import { paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { STACK_PARTS, stackName, type StackPart } from '../../../lib/stack-names';
import { pipelineStacks } from '../pipeline-stacks';
import type { StageAws } from '../deployment';
import type { Clients } from './clients';

/** A stack as CloudFormation has it. */
export interface DeployedStack {
  readonly part: StackPart;
  readonly name: string;
  readonly state: string;
  /** Why it is in that state, where CloudFormation says so. */
  readonly reason: string | undefined;
  /** The last change. */
  readonly changed: Date | undefined;
}

/** A pipeline's stacks and what is in them. */
export interface Deployed {
  /** In the order in which they are deployed. */
  readonly stacks: readonly DeployedStack[];
  /** The outputs of all stacks, by key. */
  readonly outputs: ReadonlyMap<string, string>;
  /** The physical ids of the resources that are asked about, by CloudFormation's type. */
  readonly resources: ReadonlyMap<string, readonly string[]>;
}

/** The rights by which it is read. */
export const DEPLOYED_RIGHTS = 'cloudformation:DescribeStacks and cloudformation:ListStackResources';

/** The stacks with resources that are asked about. */
const LISTED: readonly StackPart[] = [
  'network',
  'source',
  'cluster',
  'kafka',
  'client-host',
  'api',
  'stream',
];

/** Reads it; without stacks where nothing is deployed. */
export async function readDeployed(
  { cloudFormation }: Clients,
  place: StageAws,
  signal: AbortSignal,
): Promise<Deployed> {
  const stacks: DeployedStack[] = [];
  const outputs = new Map<string, string>();
  const { userId, stage } = place;
  for (const found of await pipelineStacks(place, signal)) {
    const { StackName: name, StackStatus, StackStatusReason, CreationTime, LastUpdatedTime, Outputs } = found;
    const part = STACK_PARTS.find((one) => stackName(userId, stage, one) === name);
    if (name === undefined || part === undefined || StackStatus === undefined) continue;
    const changed = LastUpdatedTime ?? CreationTime;
    stacks.push({ part, name, state: StackStatus, reason: StackStatusReason, changed });
    for (const { OutputKey, OutputValue } of Outputs ?? []) {
      if (OutputKey && OutputValue) outputs.set(OutputKey, OutputValue);
    }
  }
  stacks.sort((a, b) => STACK_PARTS.indexOf(a.part) - STACK_PARTS.indexOf(b.part));
  const resources = new Map<string, string[]>();
  await Promise.all(
    stacks
      .filter(({ part, state }) => LISTED.includes(part) && !state.startsWith('DELETE'))
      .map(async ({ name }) => {
        const asked = { StackName: name };
        for await (const page of paginateListStackResources({ client: cloudFormation }, asked, {
          abortSignal: signal,
        })) {
          for (const { ResourceType, PhysicalResourceId, ResourceStatus } of page.StackResourceSummaries ??
            []) {
            // What could not be made, or is gone, is the stack's own line.
            if (!ResourceType || !PhysicalResourceId || /^DELETE|^CREATE_FAILED/.test(ResourceStatus ?? ''))
              continue;
            resources.set(ResourceType, [...(resources.get(ResourceType) ?? []), PhysicalResourceId].sort());
          }
        }
      }),
  );
  return { stacks, outputs, resources };
}

/** Whether it is parked: what holds data is there, and neither streams nor anything that needs the network. */
export function isParked({ stacks, resources }: Deployed): boolean {
  const parts = stacks.map(({ part }) => part);
  const kept: readonly StackPart[] = ['key', 'storage', 'stream', 'batch'];
  return (
    parts.includes('storage') &&
    parts.includes('stream') &&
    parts.every((part) => kept.includes(part)) &&
    !resources.has('AWS::Kinesis::Stream')
  );
}

import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { FunctionNetwork } from './pipeline-function';
import type { PipelineNetwork } from '../network/pipeline-network';

/** Whatever has a group whose members reach it. */
interface Reachable {
  readonly clientSecurityGroup: ISecurityGroup | undefined;
}

/** The groups of what is in the network and reaches these parts. */
export function groupsOf(network: PipelineNetwork, ...parts: readonly Reachable[]): ISecurityGroup[] {
  return [network.members, ...clientGroups(parts)];
}

/** Where a function is that reaches these parts; nowhere where there is no network. */
export function placeFunction(
  network: PipelineNetwork | undefined,
  ...parts: readonly Reachable[]
): FunctionNetwork | undefined {
  return network && { network, securityGroups: clientGroups(parts) };
}

function clientGroups(parts: readonly Reachable[]): ISecurityGroup[] {
  return parts.flatMap(({ clientSecurityGroup }) => (clientSecurityGroup ? [clientSecurityGroup] : []));
}

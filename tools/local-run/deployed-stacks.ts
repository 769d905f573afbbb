/**
 * Whether what the local AWS has is what the synthesised app says. The CDK's exit code does not tell: it passes over a
 * stack whose template is the wanted one, whatever state the stack is in.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CloudFormationClient, paginateDescribeStacks, type Stack } from '@aws-sdk/client-cloudformation';
import type { AwsClientConfig } from '../pipeline/deployment';

/** A stack that the app has. */
export interface WantedStack {
  readonly name: string;
  /** The keys of its outputs. */
  readonly outputs: readonly string[];
}

const TEMPLATE = /\.template\.json$/;
/** CloudFormation's states after an operation that succeeded. */
const DEPLOYED: readonly string[] = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE'];

/** Whether a stack is as its template says: not being worked on, not failed, not rolled back. */
export function isDeployed(stack: Stack | undefined): boolean {
  return DEPLOYED.includes(stack?.StackStatus ?? '');
}

/** The stacks of a synthesised app. Its stacks' ids are their names, and each has its template in the folder. */
export function wantedStacks(assembly: string): WantedStack[] {
  return readdirSync(assembly)
    .filter((file) => TEMPLATE.test(file))
    .map((file) => {
      const template = JSON.parse(readFileSync(path.join(assembly, file), 'utf8')) as { Outputs?: object };
      return { name: file.replace(TEMPLATE, ''), outputs: Object.keys(template.Outputs ?? {}) };
    });
}

/** What is wrong with the stacks, a phrase for each, for example `me-local-api is UPDATE_ROLLBACK_COMPLETE (no role)`. */
export function stackProblems(wanted: readonly WantedStack[], found: readonly Stack[]): string[] {
  return wanted.flatMap(({ name, outputs }) => {
    // Of a stack that was deleted and created again, CloudFormation may show both.
    const stack = found.find(
      ({ StackName, StackStatus }) => StackName === name && StackStatus !== 'DELETE_COMPLETE',
    );
    if (stack === undefined) return [`${name} is not there`];
    if (!isDeployed(stack)) {
      const reason = stack.StackStatusReason ? ` (${stack.StackStatusReason})` : '';
      return [`${name} is ${stack.StackStatus}${reason}`];
    }
    const present = new Set((stack.Outputs ?? []).map(({ OutputKey }) => OutputKey));
    const missing = outputs.filter((key) => !present.has(key));
    return missing.length === 0 ? [] : [`${name} lacks the outputs ${missing.join(', ')}`];
  });
}

/** Reads all stacks. */
export async function readStacks(aws: AwsClientConfig): Promise<Stack[]> {
  const client = new CloudFormationClient(aws);
  const stacks: Stack[] = [];
  try {
    for await (const page of paginateDescribeStacks({ client }, {})) stacks.push(...(page.Stacks ?? []));
    return stacks;
  } finally {
    client.destroy();
  }
}

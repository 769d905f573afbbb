/**
 * Whether what the local AWS has is what the synthesised app says. The CDK's exit code does not tell: it passes over a
 * stack whose template is the wanted one, whatever state the stack is in.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Stack } from '@aws-sdk/client-cloudformation';
import { isWhole } from '../pipeline/pipeline-stacks';

/** A stack that the app has. */
export interface WantedStack {
  readonly name: string;
  /** The keys of its outputs. */
  readonly outputs: readonly string[];
}

const TEMPLATE = /\.template\.json$/;

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
    if (!isWhole(stack.StackStatus)) {
      const reason = stack.StackStatusReason ? ` (${stack.StackStatusReason})` : '';
      return [`${name} is ${stack.StackStatus}${reason}`];
    }
    const present = new Set((stack.Outputs ?? []).map(({ OutputKey }) => OutputKey));
    const missing = outputs.filter((key) => !present.has(key));
    return missing.length === 0 ? [] : [`${name} lacks the outputs ${missing.join(', ')}`];
  });
}

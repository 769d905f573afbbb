/** The names of the stacks. The command line finds a pipeline's outputs by them. */
import { checkUserId } from '../services/contract';

/** The parts of the pipeline that are stacks of their own, in the order in which they are deployed. Not every stage has all. */
export const STACK_PARTS = [
  'key',
  'network',
  'source',
  'storage',
  'cluster',
  'kafka',
  'client-host',
  'stream',
  'api',
  'emulator',
  'batch',
  'operations',
] as const;

/** A part of the pipeline that is a stack of its own. */
export type StackPart = (typeof STACK_PARTS)[number];

/**
 * What the names of a pipeline's stacks begin with, for example `pinterest-local-`.
 *
 * CloudFormation wants a letter first, so a user id that begins with a digit is led by `u`: `u0a12-local-`. So is one that
 * would then look the same: `u0a12` gives `uu0a12-local-`.
 *
 * @throws Error when the user id cannot be used.
 */
export function stackNamePrefix(userId: string, stage: string): string {
  checkUserId(userId);
  return `${/^u*\d/.test(userId) ? 'u' : ''}${userId}-${stage}-`;
}

/** The name of a stack, for example `pinterest-local-api`. @throws Error when the user id cannot be used. */
export function stackName(userId: string, stage: string, part: StackPart): string {
  return `${stackNamePrefix(userId, stage)}${part}`;
}

/**
 * Whether a stack is one of a pipeline's. Its beginning alone does not tell: `a-dev-dev-api` is of the user id `a-dev`, and
 * begins as the stacks of `a` do.
 *
 * @throws Error when the user id cannot be used.
 */
export function isStackOf(name: string, userId: string, stage: string): boolean {
  return STACK_PARTS.some((part) => stackName(userId, stage, part) === name);
}

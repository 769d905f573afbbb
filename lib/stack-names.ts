/** The names of the stacks, by which the command line finds a pipeline's outputs. */
import { checkUserId } from '../services/contract';

/** The parts of the pipeline, one stack each, in deployment order. Not every stage has all. */
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

/** A part of the pipeline with its own stack. */
export type StackPart = (typeof STACK_PARTS)[number];

/**
 * The prefix of a pipeline's stack names, for example `pinterest-local-`.
 *
 * CloudFormation needs a letter first, so `u` is prepended to a user id that starts with a digit (`u0a12-local-`), and
 * to one that could be confused with that (`u0a12` gives `uu0a12-local-`).
 *
 * @throws Error for an invalid user id.
 */
export function stackNamePrefix(userId: string, stage: string): string {
  checkUserId(userId);
  return `${/^u*\d/.test(userId) ? 'u' : ''}${userId}-${stage}-`;
}

/** The name of a stack, for example `pinterest-local-api`. @throws Error for an invalid user id. */
export function stackName(userId: string, stage: string, part: StackPart): string {
  return `${stackNamePrefix(userId, stage)}${part}`;
}

/**
 * Whether a stack belongs to a pipeline. The prefix alone is ambiguous: `a-dev-dev-api` belongs to the user id `a-dev`,
 * but has the prefix of the stacks of `a`.
 *
 * @throws Error for an invalid user id.
 */
export function isStackOf(name: string, userId: string, stage: string): boolean {
  return STACK_PARTS.some((part) => stackName(userId, stage, part) === name);
}

/** Moments of a deployment, chosen by a seed, and what is done to a run in them. */
import { CloudFormationClient, paginateDescribeStackEvents } from '@aws-sdk/client-cloudformation';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { localAws } from '../../../tools/local-run/local-deployment';
import { STATES_ROOT } from '../../../tools/local-run/paths';
import { chance } from '../../sweeps';
import { runFile, type Start } from '../local-run-harness';

/** A moment: when so much of a stack is done that `share` (0 to 1) of its events have come. */
export interface Moment {
  readonly part: string;
  readonly share: number;
}

/** Stacks that also differ when ports have changed. */
const PARTS = ['kafka', 'stream', 'api', 'emulator'] as const;

/** One of some, by the seed. */
export function choice<T>(seed: number, text: string, from: readonly T[]): T {
  const chosen = from[Math.floor(chance(seed, text) * from.length)];
  if (chosen === undefined) throw new Error('There is nothing to choose from.');
  return chosen;
}

/** The moment of a seed and a text. */
export function momentOf(seed: number, text: string): Moment {
  return { part: choice(seed, `${text} part`, PARTS), share: chance(seed, `${text} share`) };
}

/** Waits for the moment in a run's deployment; at the latest until everything is deployed. */
export async function untilMoment(start: Start, userId: string, { part, share }: Moment): Promise<void> {
  await start.until(/Kafka Connect is ready/);
  const stack = `${userId}-local-${part}`;
  const assembly = path.join(STATES_ROOT, userId, 'cdk.out');
  const template = path.join(assembly, `${stack}.template.json`);
  await start.until(/MiniStack \(local AWS\) is ready/);
  while (!existsSync(`${assembly}.stamp`)) await sleep(20); // Its synthesis takes longer than to start the parts.
  const client = new CloudFormationClient(localAws(runFile(userId)));
  const events = async (): Promise<number> => {
    let count = 0;
    try {
      for await (const page of paginateDescribeStackEvents({ client }, { StackName: stack })) {
        count += page.StackEvents?.length ?? 0;
      }
    } catch (error) {
      if (!(error instanceof Error && error.name === 'ValidationError')) throw error; // It is not there yet.
    }
    return count;
  };
  try {
    const before = await events();
    const { Resources } = JSON.parse(readFileSync(template, 'utf8')) as { Resources: object };
    const target = before + 1 + share * 2 * Object.keys(Resources).length; // Each begins and ends.
    while ((await events()) < target && !/Deployed all stacks/.test(start.output())) await sleep(5);
  } finally {
    client.destroy();
  }
}

interface Saved {
  readonly cloudformation: {
    readonly stacks: { readonly data: Record<string, Record<string, unknown> & { StackStatus: string }> };
  };
}

/** The file with what the local AWS of a user id has saved. */
export function savedFile(userId: string): string {
  return path.join(STATES_ROOT, userId, 'ministack', 'state', 'services.json');
}

/** The stacks that are saved, by part; what is changed in them is not written. */
export function savedStacks(saved: Saved, userId: string): Map<string, Record<string, unknown>> {
  const prefix = `${userId}-local-`;
  return new Map(
    Object.values(saved.cloudformation.stacks.data)
      .filter(({ StackName }) => String(StackName).startsWith(prefix))
      .map((stack) => [String(stack.StackName).slice(prefix.length), stack]),
  );
}

/** Reads what is saved. */
export function readSaved(userId: string): Saved {
  return JSON.parse(readFileSync(savedFile(userId), 'utf8')) as Saved;
}

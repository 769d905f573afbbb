/** What is left to say of a local run whose AWS does not answer: which of its processes run. */
import { readRunParts, type RunPartState } from './state/run-file';
import type { LocalAwsError } from './local-deployment';
import type { PartStatus } from '../pipeline/status';
import { textTable } from '../cli/text-table';

/** A run that cannot be asked how far the posts have come. */
export interface LocalParts {
  readonly stage: 'local';
  readonly userId: string;
  /** Why, and what to do. */
  readonly problem: string;
  /** The processes of the run by its `run.json`. */
  readonly parts: readonly PartStatus[];
}

/** Looks for the processes of the run. */
export function localParts({ message, userId, folder }: LocalAwsError): LocalParts {
  return { stage: 'local', userId, problem: message, parts: readRunParts(folder).map(partStatus) };
}

function partStatus({ name, pid, port, logFile, runs }: RunPartState): PartStatus {
  return {
    part: name,
    up: runs,
    detail: runs ? `pid ${pid}, port ${port}` : `pid ${pid} has ended; its log is ${logFile}`,
  };
}

/** The parts for a person. */
export function formatLocalParts({ userId, problem, parts }: LocalParts): string {
  const table = textTable(
    ['part', 'state', 'detail'],
    parts.map(({ part, up, detail }) => [part, up ? 'running' : 'NOT RUNNING', detail]),
  );
  return [`Pipeline ${userId}, stage local`, problem, ...(parts.length > 0 ? ['', table] : [])].join('\n');
}

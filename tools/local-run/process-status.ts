/** What is left to say of a local run whose AWS does not respond: which of its processes run. */
import { readRunParts, type RunPartState } from './state/run-file';
import type { LocalAwsError } from './local-deployment';
import type { PartStatus, Status } from '../pipeline/status';

/** The problem, and the processes of the run by its `run.json`. */
export function statusByProcesses({ message, userId, folder }: LocalAwsError): Status {
  return { stage: 'local', userId, problem: message, parts: readRunParts(folder).map(partStatus) };
}

function partStatus({ name, pid, port, logFile, runs }: RunPartState): PartStatus {
  return {
    part: name,
    up: runs,
    detail: runs ? `pid ${pid}, port ${port}` : `pid ${pid} has ended; its log is ${logFile}`,
  };
}

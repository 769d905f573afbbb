/** What can be struck: the processes of a running pipeline. */
import { readdirSync, readFileSync } from 'node:fs';
import type { PipelineRun } from '../end-to-end/support/pipeline-run';

/** What is done to a victim: it is killed with SIGKILL, or stands still for a while. */
export type Blow = 'kill' | 'freeze';

/** Something that can be struck. */
export interface Victim {
  readonly name: string;
  readonly blow: Blow;
  /** The processes it is made of now; empty when there is none at the moment. */
  readonly pids: (run: PipelineRun) => number[];
}

const PARTS = ['kafka', 'kafka-connect', 'rest-proxy', 'ministack', 'mariadb'];

function partPids(run: PipelineRun, name: string): number[] {
  return run
    .runFile()
    .parts.filter((part) => part.name === name)
    .map(({ pid }) => pid);
}

/** The parent's process id; undefined when the process is gone. */
function parentOf(pid: number): number | undefined {
  try {
    // The name, in parentheses, may hold anything; the parent is the second field after it.
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[1],
    );
  } catch {
    return undefined;
  }
}

/** The processes that MiniStack runs functions in. */
function functionPids(run: PipelineRun): number[] {
  const parents = new Set(partPids(run, 'ministack'));
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => parents.has(parentOf(pid) ?? -1));
}

/** Everything that can be struck, a kill of the run itself included. */
export const VICTIMS: readonly Victim[] = [
  ...PARTS.map((name): Victim => ({ name, blow: 'kill', pids: (run) => partPids(run, name) })),
  ...PARTS.map((name): Victim => ({ name, blow: 'freeze', pids: (run) => partPids(run, name) })),
  { name: 'functions', blow: 'kill', pids: functionPids },
  { name: 'functions', blow: 'freeze', pids: functionPids },
  { name: 'the run itself', blow: 'kill', pids: (run) => [run.runFile().supervisorPid] },
];

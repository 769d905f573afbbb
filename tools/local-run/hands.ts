/** What a person does to a local run with their own hands: to its parts, and to its emulator. By files and signals, so from any process. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFrozen, send, startTime } from '../processes/identity.cjs';
import { tail } from '../processes/log-file';
import { PART_ACTIONS, type EmulatorState, type PartAction, type PartState } from '../pipeline/hands';
import { noRun } from './local-deployment';
import { STOP_ORDER } from './local-parts';
import { noteAskedEnd } from './state/asked-end';
import { readEmulatorFile, writeEmulatorFile } from './state/emulator-file';
import { lockHolder } from './state/lock';
import { readRunFile, readRunParts, type RunPartState } from './state/run-file';
import { lockFile } from './state/state-folder';

/** Lines of a log that are shown. */
const LOG_LINES = 50;
/** How long an orderly stop may take before the part is killed, in milliseconds. */
const STOP_MS = 20_000;
const POLL_MS = 50;
const SIGNALS = { kill: 'SIGKILL', freeze: 'SIGSTOP', thaw: 'SIGCONT', restart: 'SIGTERM' } as const;

/** The parts of the local run, by name. */
export const PART_NAMES: readonly string[] = STOP_ORDER.flat().sort();

/** The state folder of a run. */
export interface RunFolder {
  readonly userId: string;
  readonly folder: string;
}

/** The state of every part. @throws Error saying how to start the run when there is none. */
export function partStates({ userId, folder }: RunFolder): PartState[] {
  if (readRunFile(folder) === undefined) throw noRun(userId, folder);
  const isSupervised = lockHolder(lockFile(folder)) !== undefined;
  const running = readRunParts(folder).filter(({ runs }) => runs);
  return PART_NAMES.map((name) => {
    const pid = running.find((part) => part.name === name)?.pid ?? null;
    const ended = isSupervised ? 'starting' : 'down';
    const state = pid === null ? ended : isFrozen(pid) ? 'frozen' : 'up';
    const logFile = path.join(folder, 'logs', `${name}.log`);
    const log = tail(logFile, LOG_LINES);
    return { name, state, pid, logFile, log: log === '' ? [] : log.split('\n') };
  });
}

/**
 * Acts on one part. What it ends, the run starts again, without counting it as a death.
 *
 * @returns the state of the part once the action has taken effect; after an end it is being started.
 * @throws Error for a name that is no part, an unknown action, or a part that does not run now.
 */
export async function actOnPart(
  run: RunFolder,
  { part: name, action }: PartAction,
  signal: AbortSignal,
): Promise<PartState> {
  if (!PART_NAMES.includes(name)) {
    throw new RangeError(`There is no part ${JSON.stringify(name)}: expected ${PART_NAMES.join(', ')}.`);
  }
  if (!PART_ACTIONS.includes(action)) {
    throw new RangeError(
      `The action ${JSON.stringify(action)} cannot be used: expected ${PART_ACTIONS.join(', ')}.`,
    );
  }
  const stateNow = (): PartState => partStates(run).find((one) => one.name === name) as PartState;
  const part = readRunParts(run.folder).find((one) => one.name === name && one.runs);
  if (part === undefined) {
    throw new Error(
      `The part ${name} is ${stateNow().state} and has no process to ${action}: try again in a moment.`,
    );
  }
  const isEnd = action === 'kill' || action === 'restart';
  if (isEnd) noteAskedEnd(run.folder, part);
  send(part.pid, SIGNALS[action]);
  if (action === 'restart') send(part.pid, 'SIGCONT'); // A frozen process takes no other signal.
  const isDone = (): boolean => (isEnd ? !lives(part) : isFrozen(part.pid) === (action === 'freeze'));
  for (const began = Date.now(); !isDone() && lives(part);) {
    signal.throwIfAborted();
    if (Date.now() - began > STOP_MS) send(part.pid, isEnd ? 'SIGKILL' : SIGNALS[action]);
    await sleep(POLL_MS, undefined, { signal });
  }
  return stateNow();
}

function lives(part: RunPartState): boolean {
  return startTime(part.pid) === part.startTime;
}

/** How the posts of a run flow. @throws Error saying how to start the run when there is none. */
export function emulatorState({ userId, folder }: RunFolder): EmulatorState {
  const state = lockHolder(lockFile(folder)) && readEmulatorFile(folder);
  if (state === undefined) throw noRun(userId, folder);
  return state;
}

/** Changes how the posts of a run flow, within a second. @returns the new state. */
export function changeEmulator(run: RunFolder, change: Partial<EmulatorState>): EmulatorState {
  const before = emulatorState(run);
  const after = { paused: change.paused ?? before.paused, rate: change.rate ?? before.rate };
  writeEmulatorFile(run.folder, after);
  return after;
}

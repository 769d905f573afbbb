/** `emulator.json`: how the posts of a run flow. Commands write it; the run reads it before each batch. */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { EmulatorState } from '../../pipeline/hands';
import { writeJson } from './state-folder';

function file(folder: string): string {
  return path.join(folder, 'emulator.json');
}

/** What the file says; undefined when there is none that can be used. @param folder the state folder. */
export function readEmulatorFile(folder: string): EmulatorState | undefined {
  try {
    const { paused, rate } = JSON.parse(readFileSync(file(folder), 'utf8')) as Partial<EmulatorState>;
    return typeof paused === 'boolean' && isRate(rate) ? { paused, rate } : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the file in one step. @throws RangeError for a rate that is none. */
export function writeEmulatorFile(folder: string, state: EmulatorState): void {
  if (!isRate(state.rate)) {
    throw new RangeError(
      `The rate ${JSON.stringify(state.rate)} cannot be used: expected posts a second, 0 (as fast as they go) or more.`,
    );
  }
  writeJson(file(folder), state);
}

/** Removes the file: nothing is sent any more. */
export function removeEmulatorFile(folder: string): void {
  rmSync(file(folder), { force: true });
}

function isRate(rate: unknown): rate is number {
  return typeof rate === 'number' && Number.isFinite(rate) && rate >= 0;
}

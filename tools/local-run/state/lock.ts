/**
 * A lock held by a process: a file that names the process, taken over when that process is gone.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { startTime } from '../../processes/identity.cjs';

/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly startTime: string;
}

/** A lock that is held; give it back with `release`. */
export interface Lock {
  release(): void;
}

/** The lock is held by another live process. */
export class LockedError extends Error {
  readonly holder: LockHolder;

  constructor(message: string, holder: LockHolder) {
    super(message);
    this.name = 'LockedError';
    this.holder = holder;
  }
}

/**
 * The live process that holds a lock.
 *
 * @returns undefined when no one does: no file, a half-written one, or one of a process that has ended.
 */
export function lockHolder(file: string): LockHolder | undefined {
  let holder: Partial<LockHolder> | null;
  try {
    holder = JSON.parse(readFileSync(file, 'utf8')) as Partial<LockHolder> | null;
  } catch {
    return undefined;
  }
  const { pid, startTime: started } = holder ?? {};
  if (typeof pid !== 'number' || typeof started !== 'string' || startTime(pid) !== started) return undefined;
  return { pid, startTime: started };
}

/** Creates `file` with `text` unless it exists. The text is complete from the first moment on. */
function createExclusively(file: string, text: string): boolean {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, text, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves a dead lock out of the way, putting it back should it have come alive in between. */
function removeDead(file: string): void {
  const aside = `${file}.dead.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (lockHolder(aside) !== undefined) {
    // Another process was quicker: what we moved is its new lock.
    createExclusively(file, readFileSync(aside, 'utf8'));
  }
  rmSync(aside, { force: true });
}

/**
 * Takes a lock, also over from a process that has ended.
 *
 * @param file the lock's file; its folder is created.
 * @param purpose what the lock is for, for the error message: `the state folder …`.
 * @throws LockedError when a live process holds it.
 */
export function takeLock(file: string, purpose: string): Lock {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const text = JSON.stringify({ pid: process.pid, startTime: startTime(process.pid) });
  for (let attempt = 0; attempt < 20; attempt += 1) {
    if (createExclusively(file, text)) {
      return {
        release: () => {
          if (lockHolder(file)?.pid === process.pid) rmSync(file, { force: true });
        },
      };
    }
    const holder = lockHolder(file);
    if (holder !== undefined) {
      throw new LockedError(`${purpose} is in use by the process with pid ${holder.pid}.`, holder);
    }
    removeDead(file);
  }
  throw new Error(`The lock ${file} could not be taken: other processes keep changing it. Try again.`);
}

/**
 * Takes a lock, waiting for its holder.
 *
 * @param onWait called once for each holder waited for.
 * @throws the reason of `signal` when aborted.
 */
export async function waitForLock(
  file: string,
  purpose: string,
  onWait: (holder: LockHolder) => void,
  signal?: AbortSignal,
): Promise<Lock> {
  let told: number | undefined;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return takeLock(file, purpose);
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      if (told !== error.holder.pid) onWait(error.holder);
      told = error.holder.pid;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/**
 * The state folder of one pipeline: `.local/state/<user id>/`.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { asSentence } from '../../../services/source/sentence';
import { STATES_ROOT } from '../paths';
import { LockedError, takeLock, type Lock } from './lock';

/** Raised when what is in the folder can no longer be used by this program. */
const STATE_VERSION = 1;

/** What is remembered from one run to the next. */
export interface StateFile {
  readonly version: number;
  readonly userId: string;
  /** The AWS access key id of this state: the CDK's command line caches accounts by it. */
  readonly accessKeyId: string;
  /** The ports that were used last. */
  readonly ports: Readonly<Record<string, number>>;
}

/** A state folder that this process holds the lock of. */
export interface State {
  readonly folder: string;
  readonly file: StateFile;
  /** Remembers ports. */
  savePorts(ports: Readonly<Record<string, number>>): void;
  /** Gives the lock back. */
  close(): void;
}

/** The state folder of a user id. */
export function stateFolder(userId: string, root: string = STATES_ROOT): string {
  return path.join(root, userId);
}

/** The lock's file of a state folder. It is in the folder, so that `reset` and a start exclude each other. */
export function lockFile(folder: string): string {
  return path.join(folder, 'lock');
}

/** Writes a JSON file so that a reader sees the old or the new one, never half of one. */
export function writeJson(file: string, value: unknown): void {
  const draft = `${file}.${process.pid}.new`;
  try {
    writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    throw full
      ? new Error(`The disk is full: ${file} could not be written. Make room and start again.`)
      : error;
  }
}

function broken(folder: string, userId: string, what: string): Error {
  return new Error(
    `The state folder ${folder} cannot be used: ${what}. Forget its data by \`npm run reset -- --user-id ${userId}\`, then start again.`,
  );
}

/**
 * Reads `state.json`.
 *
 * @returns undefined when the folder is new: nothing but locks and drafts is in it.
 * @throws Error telling to reset when the folder is half-written, broken, of another version or of another user id.
 */
export function readStateFile(folder: string, userId: string): StateFile | undefined {
  const names = readdirSync(folder).filter((name) => !/^lock(\.|$)|\.new$/.test(name));
  if (names.length === 0) return undefined;
  let parsed: Partial<StateFile> | null;
  try {
    parsed = JSON.parse(readFileSync(path.join(folder, 'state.json'), 'utf8')) as Partial<StateFile> | null;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw broken(folder, userId, missing ? 'its state.json is missing' : 'its state.json is not to be read');
  }
  if (typeof parsed !== 'object' || parsed === null || typeof parsed.version !== 'number') {
    throw broken(folder, userId, 'its state.json has no version');
  }
  if (parsed.version !== STATE_VERSION) {
    throw broken(
      folder,
      userId,
      `it has version ${parsed.version}, and version ${STATE_VERSION} was expected`,
    );
  }
  const { ports, accessKeyId } = parsed;
  const portsUsable =
    typeof ports === 'object' &&
    Object.values(ports).every((port) => Number.isInteger(port) && port > 0 && port < 65_536);
  if (typeof accessKeyId !== 'string' || !/^LOCAL[A-Z0-9]{11,20}$/.test(accessKeyId) || !portsUsable) {
    throw broken(folder, userId, 'its state.json lacks the access key id or the ports');
  }
  if (parsed.userId !== userId) {
    throw broken(folder, userId, `it belongs to the user id ${JSON.stringify(parsed.userId)}`);
  }
  return { version: STATE_VERSION, userId, accessKeyId, ports };
}

/**
 * Opens the state folder of a user id, creating it if need be, and takes its lock.
 *
 * @throws Error when another live process holds it, or the folder cannot be used.
 */
export function openState(userId: string, root: string = STATES_ROOT): State {
  const folder = stateFolder(userId, root);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700); // It may be of an older umask; the database is in it.
  } catch (error) {
    throw new Error(
      `The state folder ${folder} cannot be made: ${asSentence(error instanceof Error ? error.message : String(error))} Expected a place that you can write to; PIPELINE_LOCAL_DIR names another one.`,
      { cause: error },
    );
  }
  const lock = lockState(folder, userId);
  try {
    let file = readStateFile(folder, userId);
    if (file === undefined) {
      const accessKeyId = `LOCAL${randomBytes(8).toString('hex').slice(0, 15).toUpperCase()}`;
      file = { version: STATE_VERSION, userId, accessKeyId, ports: {} };
      writeJson(path.join(folder, 'state.json'), file);
    }
    const base = file;
    return {
      folder,
      file: base,
      savePorts: (ports) => {
        writeJson(path.join(folder, 'state.json'), { ...base, ports });
      },
      close: () => {
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Takes the lock of a state folder. @throws Error naming the process that holds it. */
export function lockState(folder: string, userId: string): Lock {
  try {
    return takeLock(lockFile(folder), `The state folder ${folder}`);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new Error(
      `The pipeline of the user id "${userId}" is running already, in the process with pid ${error.holder.pid}. Stop that one (Ctrl-C in its terminal, or \`kill ${error.holder.pid}\`), or start another one by --user-id.`,
      { cause: error },
    );
  }
}

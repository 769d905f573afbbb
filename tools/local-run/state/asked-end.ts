/**
 * Ends of parts that a person asked for by a command: noted before the process is ended, so that the supervisor does not
 * count them as deaths.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Names a process of a part. */
interface PartProcess {
  readonly name: string;
  readonly pid: number;
}

function file(folder: string, name: string): string {
  return path.join(folder, 'asked-ends', name);
}

/** Notes that this process of a part is about to be ended. @param folder the state folder. */
export function noteAskedEnd(folder: string, { name, pid }: PartProcess): void {
  mkdirSync(path.dirname(file(folder, name)), { recursive: true, mode: 0o700 });
  writeFileSync(file(folder, name), String(pid), { mode: 0o600 });
}

/** Whether the end of this process was noted. The note is removed: it is of one process. */
export function takeAskedEnd(folder: string, { name, pid }: PartProcess): boolean {
  let noted: string;
  try {
    noted = readFileSync(file(folder, name), 'utf8');
  } catch {
    return false;
  }
  rmSync(file(folder, name), { force: true });
  return noted === String(pid);
}

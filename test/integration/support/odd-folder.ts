/**
 * To be imported before anything that knows where things are: the state folder of the tests in this file has a name that
 * programs like to stumble over, and the installed parts are behind a symbolic link in it.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Everything in it that a file system takes and docs/environment.md does not exclude. */
export const ODD_NAME = `we ird ü 漢 '"%#& $x(a){b}[c]!;@+~^\`<>|`;

const project = path.resolve(__dirname, '..', '..', '..');
const parts = path.resolve(project, process.env.PIPELINE_LOCAL_DIR ?? '.local', 'parts');
mkdirSync(parts, { recursive: true });
const parent = mkdtempSync(path.join(realpathSync(tmpdir()), 'odd-'));

/** The folder with the states; it is the only entry of its own folder. */
export const ODD_FOLDER = path.join(parent, ODD_NAME);
mkdirSync(ODD_FOLDER);
symlinkSync(parts, path.join(ODD_FOLDER, 'parts'));
process.env.PIPELINE_LOCAL_DIR = ODD_FOLDER;

/** Removes the folder, not what the link in it leads to. */
export function removeOddFolder(): void {
  rmSync(parent, { recursive: true, force: true });
}

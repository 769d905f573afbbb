/**
 * A tar archive whose bytes depend on names, contents and what is executable only: not on dates, owners, or the machine.
 */
import { readdirSync } from 'node:fs';
import { create } from 'tar';

/** Writes everything in a folder to a tar archive, in the order of the names. */
export function writeTar(folder: string, file: string): void {
  create(
    {
      file,
      cwd: folder,
      sync: true,
      strict: true,
      portable: true,
      noDirRecurse: true,
      mtime: new Date(0),
      onWriteEntry: ({ stat }) => {
        if (stat) stat.mode = stat.isDirectory() || (stat.mode & 0o100) !== 0 ? 0o755 : 0o644;
      },
    },
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort(),
  );
}

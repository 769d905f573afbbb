/** Looks for programs. */
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

/** The path of a program that can be run: of a path itself, of a name on the PATH; undefined when there is none. */
export function findProgram(command: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const candidates = command.includes('/')
    ? [command]
    : (env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, command));
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return existsSync(candidate);
    } catch {
      return false;
    }
  });
}

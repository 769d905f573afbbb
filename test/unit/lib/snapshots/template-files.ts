/** The templates as files, `templates/<stage>/<stack>.yaml`, and what is compared with them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** What renews the files. */
export const RENEW = 'npm test -- unit -u';

/** Files by name, for example `dev/api.yaml`, and the texts that they should have. */
export type Texts = ReadonlyMap<string, string>;

const advice = `If the change is meant, renew the files by "${RENEW}" and read what git shows (CONTRIBUTING.md).`;

/** The files that are there. */
function present(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.split(sep).join('/'));
}

/** What is wrong with a file: a sentence that says what to do; undefined when it has the text. */
export function complaintAbout(folder: string, name: string, text: string): string | undefined {
  const path = join(folder, name);
  if (!existsSync(path)) return `There is no snapshot ${name}. ${advice}`;
  if (readFileSync(path, 'utf8') === text) return undefined;
  return `The template is not the one of the snapshot ${name}. ${advice}`;
}

/** The files that no template belongs to, in a sentence; undefined when there are none. */
export function complaintAboutOthers(folder: string, texts: Texts): string | undefined {
  const others = present(folder).filter((name) => !texts.has(name));
  return others.length === 0
    ? undefined
    : `No template belongs to the snapshots ${others.sort().join(', ')}. ${advice}`;
}

/** Makes the files have the texts, and no others be there. */
export function renew(folder: string, texts: Texts): void {
  for (const name of present(folder)) if (!texts.has(name)) rmSync(join(folder, name));
  for (const [name, text] of texts) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

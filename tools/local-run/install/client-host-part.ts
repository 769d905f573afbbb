/**
 * The package of the client host: one archive with all that its boot script puts there. Made the same, byte for byte,
 * wherever it is made.
 */
import { copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  CLIENT_HOST_FILES,
  CLIENT_HOST_JARS,
  CLIENT_HOST_PROXY,
  SUMS_FILE,
  clientHostSums,
  sha256 as digest,
  sumsOf,
} from '../../../lib/packaging/client-host-sums';
import { PROJECT_ROOT } from '../paths';
import { copyDependencies } from './java-parts';
import { hashOf, type Part } from './part';
import { REST_PROXY } from './rest-proxy-part';
import { writeTar } from './tar';

const SOURCE = path.join(PROJECT_ROOT, 'lib', 'client-host', 'assets');
/** The archive's name in the package's folder; the checksums of all that is in it are in the file next to it, and in itself. */
export const CLIENT_HOST_ARCHIVE = 'client-host.tar';

const sha256 = (file: string): string => digest(readFileSync(file));

/**
 * Holds jars against a list of checksums, as `sha256sum` writes it.
 *
 * @throws Error naming every jar that is missing, not in the list, or another than the list says.
 */
export function checkJars(folder: string, list: string): void {
  const lines = list.split('\n').filter((line) => line !== '');
  const expected = new Map(lines.map((line) => line.split(/ [ *]/).reverse() as [string, string]));
  const found = new Map(readdirSync(folder).map((name) => [name, sha256(path.join(folder, name))]));
  const complaints = [...new Set([...expected.keys(), ...found.keys()])].sort().flatMap((name) => {
    if (found.get(name) === expected.get(name)) return [];
    return [`${name}: ${found.get(name) ?? 'missing'}, expected ${expected.get(name) ?? 'not to be there'}`];
  });
  if (complaints.length > 0) {
    throw new Error(
      `The client host's jars are not those of lib/client-host/assets/jars.sha256:\n  ${complaints.join('\n  ')}\nAfter a change of versions rewrite the list (docs/client-host.md), and look at what has changed in it.`,
    );
  }
}

/** The client host's package: `client-host.tar` and `SHA256SUMS`. */
export const CLIENT_HOST: Part = {
  name: 'client-host',
  title: 'the package of the client host',
  stamp: () => hashOf([SOURCE], [REST_PROXY.stamp()]),
  provides: [CLIENT_HOST_ARCHIVE, SUMS_FILE],
  async install(folder, signal) {
    const content = path.join(folder, 'content');
    cpSync(path.join(SOURCE, 'root'), path.join(content, 'root'), { recursive: true });
    for (const name of CLIENT_HOST_FILES) {
      copyFileSync(path.join(SOURCE, name), path.join(content, name));
    }
    const libs = path.join(content, CLIENT_HOST_JARS);
    await copyDependencies(path.join(SOURCE, 'pom.xml'), libs, [], signal);
    checkJars(libs, readFileSync(path.join(SOURCE, 'jars.sha256'), 'utf8'));

    const bundle = path.join(folder, 'rest-proxy');
    await REST_PROXY.install(bundle, signal);
    mkdirSync(path.join(content, path.dirname(CLIENT_HOST_PROXY)));
    copyFileSync(path.join(bundle, 'main.js'), path.join(content, CLIENT_HOST_PROXY));

    const sums = sumsOf(content);
    if (sums !== clientHostSums()) {
      throw new Error(`The client host's package is not what its sources ask for; it has:\n${sums}`);
    }
    for (const into of [content, folder]) writeFileSync(path.join(into, SUMS_FILE), sums);
    writeTar(content, path.join(folder, CLIENT_HOST_ARCHIVE));
    for (const scratch of [content, bundle]) rmSync(scratch, { recursive: true });
  },
};

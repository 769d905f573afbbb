/**
 * An S3 sink plugin other than the one built here: from a zip, a folder, or a Maven repository.
 */
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { connectorConfig } from '../../../lib/sink/connector-config';
import type { SinkPlugin } from '../../../lib/stages';
import { PARTS_ROOT } from '../paths';
import { childEnvironment } from '../../processes/environment';
import { runCommand } from '../../processes/run-command';
import { waitForLock } from '../state/lock';
import { maven } from './java-parts';
import { hashOf, installPart, isInstalled, type Part, type Progress } from './part';
import { checkTools, jdkProgram } from './tools';

/** Whose plugin it is, which decides the connector's configuration. */
export type SinkPluginKind = SinkPlugin['kind'];

/** The kinds there are. */
export const SINK_PLUGIN_KINDS: readonly SinkPluginKind[] = ['own', 'aiven', 'confluent'];

/** Where a plugin comes from. */
export type SinkPluginPlace =
  | { readonly type: 'zip' | 'folder'; readonly path: string }
  | { readonly type: 'maven'; readonly coordinates: string };

/** A plugin to be used in place of the one built here. */
export interface SinkPluginChoice {
  readonly kind: SinkPluginKind;
  readonly place: SinkPluginPlace;
}

const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
const EXPECTED = 'a zip, a folder that holds jars, or Maven coordinates "group:artifact:version" of a zip';

/**
 * Reads where a plugin is to be taken from.
 *
 * @param text a path, relative to `folder`, or `group:artifact:version[:zip]`. What is there on disk goes first.
 * @throws Error when it is none of these, is not there, or is a file but no zip.
 */
export function parseSinkPluginPlace(text: string, folder = process.cwd()): SinkPluginPlace {
  // An empty text would be the folder itself.
  if (text.trim() === '') throw new Error(`No place is given: expected ${EXPECTED}.`);
  const file = path.resolve(folder, text);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) {
    if (jarsIn(file).length === 0) throw new Error(`The folder ${file} holds no jar: expected ${EXPECTED}.`);
    return { type: 'folder', path: file };
  }
  if (stat !== undefined) {
    if (!isZip(file)) throw new Error(`The file ${file} is no zip: expected ${EXPECTED}.`);
    return { type: 'zip', path: file };
  }
  const looksLikeCoordinates = text.includes(':') && !/[/\\]/.test(text);
  if (!looksLikeCoordinates) throw new Error(`There is no ${file}: expected ${EXPECTED}.`);
  const coordinates = /^[\w.-]+:[\w.-]+:[\w.+-]+(?=(:zip)?$)/.exec(text)?.[0];
  if (coordinates === undefined) {
    throw new Error(
      `The Maven coordinates "${text}" cannot be used: expected "group:artifact:version" of a zip, for example "com.example:kafka-connect-s3:10.5.0".`,
    );
  }
  return { type: 'maven', coordinates: `${coordinates}:zip` };
}

function isZip(file: string): boolean {
  const start = Buffer.alloc(4);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, start, 0, 4, 0);
  } finally {
    closeSync(handle);
  }
  return start.toString('latin1') === 'PK\x03\x04';
}

/** The jars in a folder, at any depth. */
function jarsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jar'))
    .map((name) => path.join(folder, name));
}

/** The class that the configuration of a kind names. */
function connectorClass(kind: SinkPluginKind): string {
  const sink = { plugin: { kind }, tasksMax: 1, flushRecords: 1, flushBytes: 1, flushIntervalMs: 1 };
  const config = connectorConfig({
    userId: 'any',
    bucketName: 'any',
    region: 'any',
    replicationFactor: 1,
    sink,
  });
  return config['connector.class'] ?? '';
}

/** Checks what was unpacked. @throws Error when no jar of a folder has the connector of this kind. */
function checkConnector({ kind }: SinkPluginChoice, folder: string, title: string): void {
  const name = connectorClass(kind);
  // A jar is a zip, whose directory has the names of its files in clear.
  const file = `${name.replaceAll('.', '/')}.class`;
  const jars = jarsIn(folder);
  if (jars.some((jar) => readFileSync(jar).includes(file))) return;
  throw new Error(
    `${title} has no connector ${name} in its ${jars.length} jars, which the kind "${kind}" needs: expected ${EXPECTED}, and one of the kinds ${SINK_PLUGIN_KINDS.join(', ')} that fits it.`,
  );
}

/** What Maven is told to copy a zip from its repositories into a folder. */
export function mavenCopyArguments(coordinates: string, folder: string): string[] {
  return [`${DEPENDENCY_PLUGIN}:copy`, `-Dartifact=${coordinates}`, `-DoutputDirectory=${folder}`];
}

/** Unpacks or copies what is at a place into a folder. */
async function unpack(place: SinkPluginPlace, folder: string, signal?: AbortSignal): Promise<void> {
  if (place.type === 'folder') {
    cpSync(place.path, folder, { recursive: true, dereference: true });
    return;
  }
  const fetched = `${folder}.fetched`;
  if (place.type === 'maven') await maven(mavenCopyArguments(place.coordinates, fetched), PARTS_ROOT, signal);
  const zips =
    place.type === 'zip' ? [place.path] : readdirSync(fetched).map((name) => path.join(fetched, name));
  const env = childEnvironment('installer');
  for (const zip of zips) await runCommand(jdkProgram('jar'), ['-xf', zip], { cwd: folder, env, signal });
  rmSync(fetched, { recursive: true, force: true });
}

/** The plugin as a part. What it is installed from is in its name, so that several can be there side by side. */
function pluginPart(choice: SinkPluginChoice): Part<string> {
  const { kind, place } = choice;
  const title = `the S3 sink plugin ${place.type === 'maven' ? place.coordinates : place.path}`;
  const stamp = place.type === 'maven' ? hashOf([], [place.coordinates]) : hashOf([place.path]);
  return {
    name: `${kind}-${stamp}`,
    title,
    stamp: () => stamp,
    provides: ['plugins'],
    async install(folder, signal) {
      // One plugin folder, however deep the jars are in it: Kafka Connect looks through all of it.
      const plugin = path.join(folder, 'plugins', kind);
      mkdirSync(plugin, { recursive: true });
      await unpack(place, plugin, signal);
      checkConnector(choice, plugin, title);
    },
  };
}

/**
 * Installs a plugin below `.local/parts/sink-plugins/`, once for the same content or coordinates.
 *
 * @returns Kafka Connect's `plugin.path` for it.
 * @throws Error when it cannot be fetched or unpacked, or has no connector of its kind.
 */
export async function ensureSinkPlugin(
  choice: SinkPluginChoice,
  onProgress: Progress = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  const part = pluginPart(choice);
  const parent = path.join(PARTS_ROOT, 'sink-plugins');
  const folder = path.join(parent, part.name);
  if (!isInstalled(part, folder)) {
    await checkTools(choice.place.type === 'maven' ? ['java', 'javac', 'mvn'] : ['java', 'javac'], signal);
    mkdirSync(parent, { recursive: true });
    const lock = await waitForLock(
      path.join(PARTS_ROOT, 'lock'),
      'the folder of the local parts',
      ({ pid }) => {
        onProgress(`waiting for process ${pid}, which is installing the local parts …`);
      },
      signal,
    );
    try {
      if (!isInstalled(part, folder)) await installPart(part, folder, onProgress, signal);
    } finally {
      lock.release();
    }
  }
  return path.join(folder, 'plugins');
}

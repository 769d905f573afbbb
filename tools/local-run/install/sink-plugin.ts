/**
 * A sink plugin other than the one built here: its zip, and a file with its configuration.
 */
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { readPluginConfig } from '../../../lib/stages/sink';
import { PARTS_ROOT } from '../paths';
import { childEnvironment } from '../../processes/environment';
import { runCommand } from '../../processes/run-command';
import { hashOf, installPart, isInstalled, type Part, type Progress } from './part';
import { lockParts } from './parts-lock';
import { checkTools, jdkProgram } from './tools';

/** A plugin to be used in place of the one built here. */
export interface SinkPluginChoice {
  /** The path of its zip. */
  readonly zip: string;
  /** The path of its configuration, a JSON file. */
  readonly config: string;
}

/**
 * Finds the files of a plugin.
 *
 * @param folder what relative paths are relative to.
 * @throws Error when one of them is not there or cannot be used.
 */
export function sinkPluginChoice(zip: string, config: string, folder = process.cwd()): SinkPluginChoice {
  const choice = { zip: path.resolve(folder, zip), config: path.resolve(folder, config) };
  if (statSync(choice.zip, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new Error(`There is no file ${choice.zip}: expected the zip of a sink plugin.`);
  }
  connectorClass(choice);
  return choice;
}

function connectorClass({ config }: SinkPluginChoice): string {
  return readPluginConfig(() => config)?.['connector.class'] ?? '';
}

/** The plugin as a part. Its zip's content is in its name, so that several can be there side by side. */
function pluginPart({ zip }: SinkPluginChoice): Part<string> {
  const stamp = hashOf([zip]);
  return {
    name: stamp,
    title: `the S3 sink plugin ${zip}`,
    stamp: () => stamp,
    provides: ['plugins'],
    async install(folder, signal) {
      // One plugin folder, however deep the jars are in it: Kafka Connect looks through all of it.
      const plugin = path.join(folder, 'plugins', 'sink');
      mkdirSync(plugin, { recursive: true });
      const env = childEnvironment('installer');
      await runCommand(jdkProgram('jar'), ['-xf', zip], { cwd: plugin, env, signal });
    },
  };
}

/** @throws Error when no jar of the plugin has the connector that the configuration names. */
function checkConnector(choice: SinkPluginChoice, folder: string): void {
  const name = connectorClass(choice);
  // A jar is a zip, whose directory has the names of its files in clear.
  const file = `${name.replaceAll('.', '/')}.class`;
  const jars = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((entry) => entry.endsWith('.jar'))
    .map((entry) => path.join(folder, entry));
  if (jars.some((jar) => readFileSync(jar).includes(file))) return;
  throw new Error(
    `The sink plugin ${choice.zip} has no connector ${name} in its ${jars.length} jars: expected the zip that the "connector.class" of ${choice.config} is in.`,
  );
}

/**
 * Installs a plugin below `.local/parts/sink-plugins/`, once for the same content.
 *
 * @returns Kafka Connect's `plugin.path` for it.
 * @throws Error when it cannot be unpacked, or does not have the connector that its configuration names.
 */
export async function ensureSinkPlugin(
  choice: SinkPluginChoice,
  onProgress: Progress = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  const part = pluginPart(choice);
  const folder = path.join(PARTS_ROOT, 'sink-plugins', part.name);
  if (!isInstalled(part, folder)) {
    await checkTools(['java', 'javac'], signal);
    const lock = await lockParts(onProgress, signal);
    try {
      if (!isInstalled(part, folder)) await installPart(part, folder, onProgress, signal);
    } finally {
      lock.release();
    }
  }
  checkConnector(choice, folder);
  return path.join(folder, 'plugins');
}

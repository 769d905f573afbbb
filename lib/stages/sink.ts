/** The S3 sink. */
import { readFileSync } from 'node:fs';
import { optionalText, requiredFile, SettingError, type SettingReader, unusable } from './settings';

/** When a file is cut: whichever of the three is reached first. */
export interface SinkFlush {
  readonly flushRecords: number;
  readonly flushBytes: number;
  /** Milliseconds since a file's first record. */
  readonly flushIntervalMs: number;
}

/** The S3 sink. */
export interface SinkSettings extends SinkFlush {
  /**
   * The configuration of another plugin than this repository's, by property: all that the pipeline does not set itself.
   * `${bucket}`, `${region}` and `${s3Endpoint}` stand for what they name.
   *
   * @default none: this repository's plugin, in `engines/s3-sink-connector/`
   */
  readonly pluginConfig?: Readonly<Record<string, string>>;
  /** Connect tasks, at most one for each partition of the three topics. */
  readonly tasksMax: number;
}

/** Names of properties that hold keys. */
const SECRET = /secret|password|access\.key/i;

/**
 * Reads `sinkPluginConfig`, a JSON file with the properties of a sink plugin that is not this repository's.
 *
 * @throws SettingError when it is no object of texts, names no `connector.class`, or has a key in clear.
 */
export function readPluginConfig(read: SettingReader): Readonly<Record<string, string>> | undefined {
  const name = 'sinkPluginConfig';
  if (optionalText(read, name, 'the path of a file') === undefined) return undefined;
  const file = requiredFile(read, name, '.json');
  const config = parsed(readFileSync(file, 'utf8'));
  const isUsable =
    typeof config === 'object' &&
    config !== null &&
    'connector.class' in config &&
    Object.values(config).every((value) => typeof value === 'string');
  if (!isUsable) {
    throw unusable(
      name,
      file,
      'a file with one JSON object of properties, all of them texts, with "connector.class" among them',
    );
  }
  const properties = config as Record<string, string>;
  const clear = Object.keys(properties).filter(
    (key) => SECRET.test(key) && !/^\$\{[^${}:]+:[^${}]+\}$/.test(properties[key] ?? ''),
  );
  if (clear.length > 0) {
    throw new SettingError(
      `The setting "${name}" is "${file}", which has ${clear.join(', ')} in clear: expected references to a configuration provider of the worker, for example "\${env:AWS_ACCESS_KEY_ID}", as the values are written into the template (the value given is not repeated here).`,
    );
  }
  return properties;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

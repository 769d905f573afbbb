/** Settings that every stage has. */
import { readFileSync } from 'node:fs';
import { optionalText, requiredFile, SettingError, type SettingReader, unusable } from './settings';

/** The database's name when none is given. */
export const DEFAULT_DATABASE = 'pinterest';

/** Reads `region` (default `us-east-1`). @throws SettingError when it is of another form. */
export function readRegion(read: SettingReader): string {
  const expected = 'an AWS region, for example "us-east-1"';
  const region = optionalText(read, 'region', expected) ?? 'us-east-1';
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)) {
    throw unusable('region', region, expected);
  }
  return region;
}

/** Reads `databaseName`. @throws SettingError when MySQL would have to quote it. */
export function readDatabaseName(read: SettingReader, fallback = DEFAULT_DATABASE): string {
  const expected = 'up to 64 letters, digits or "_", for example "pinterest"';
  const name = optionalText(read, 'databaseName', expected) ?? fallback;
  if (!/^\w{1,64}$/.test(name)) {
    throw unusable('databaseName', name, expected);
  }
  return name;
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

/**
 * Checked reading of the settings given to the app. Every error names the setting, the value, what was expected and
 * how to give it.
 */
import { statSync } from 'node:fs';

/** Gives the value of a setting, or undefined when it is not given. */
export type SettingReader = (name: string) => unknown;

/** A setting that is missing or cannot be used. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/**
 * Reads a setting that must be given.
 *
 * @param expected what the value is, with an example, as it ends the sentence "expected …".
 * @throws SettingError when it is missing, empty, or neither text nor a number.
 */
export function requiredText(read: SettingReader, name: string, expected: string): string {
  const value = read(name);
  if (value === undefined || value === null || value === '') {
    throw new SettingError(
      `The setting "${name}" is missing: expected ${expected}. Give it as "-c ${name}=…", or run "npm start", which passes every setting of the local stage.`,
    );
  }
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw unusable(name, value, expected);
  }
  return String(value);
}

/** Reads a setting that may be left out. @throws SettingError when it is neither text nor a number. */
export function optionalText(read: SettingReader, name: string, expected: string): string | undefined {
  const value = read(name);
  return value === undefined || value === null || value === ''
    ? undefined
    : requiredText(read, name, expected);
}

/**
 * Reads the base URL of an HTTP service.
 *
 * @returns the URL without a trailing slash.
 * @throws SettingError when it is missing or no plain http(s) base URL.
 */
export function requiredUrl(read: SettingReader, name: string): string {
  const expected = 'an http(s) URL without user, query or fragment, for example "http://127.0.0.1:8082"';
  const value = requiredText(read, name, expected);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const plain =
    url !== undefined &&
    ['http:', 'https:'].includes(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    !/[?#\s{}]/.test(value);
  if (!plain) {
    throw unusable(name, value, expected);
  }
  return value.replace(/\/+$/, '');
}

/** Reads a list of brokers. @throws SettingError when it is missing or not `host:port[,host:port…]`. */
export function requiredBootstrapServers(read: SettingReader, name: string): string {
  const expected = '"host:port", several joined by commas, for example "127.0.0.1:9092"';
  const value = requiredText(read, name, expected);
  const servers = value.split(',').map((server) => server.trim());
  for (const server of servers) {
    const port = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):(\d{1,5})$/.exec(server)?.[1];
    if (port === undefined || !isPort(port)) {
      throw unusable(name, value, expected);
    }
  }
  return servers.join(',');
}

/** Reads a TCP port. @throws SettingError when it is missing or not a whole number from 1 to 65535. */
export function requiredPort(read: SettingReader, name: string): number {
  const expected = 'a TCP port from 1 to 65535, for example "3306"';
  const value = requiredText(read, name, expected);
  if (!isPort(value)) {
    throw unusable(name, value, expected);
  }
  return Number(value);
}

/** Reads a host name or address. @throws SettingError when it is missing or of another form. */
export function requiredHost(read: SettingReader, name: string): string {
  const expected = 'a host name or address, for example "127.0.0.1"';
  const value = requiredText(read, name, expected);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$|^[0-9A-Fa-f]*:[0-9A-Fa-f:]+$/.test(value)) {
    throw unusable(name, value, expected);
  }
  return value;
}

/** Reads the path of a folder. @throws SettingError when it is missing or no folder is there. */
export function requiredFolder(read: SettingReader, name: string): string {
  const expected = 'the path of a folder';
  const value = requiredText(read, name, expected);
  if (!statSync(value, { throwIfNoEntry: false })?.isDirectory()) {
    throw unusable(name, value, expected);
  }
  return value;
}

/** Reads the path of a file. @throws SettingError when no file of this ending is there. */
export function requiredFile(read: SettingReader, name: string, ending: string): string {
  const expected = `the path of a file ending with "${ending}"`;
  const value = requiredText(read, name, expected);
  if (!value.endsWith(ending) || !statSync(value, { throwIfNoEntry: false })?.isFile()) {
    throw unusable(name, value, expected);
  }
  return value;
}

/** Reads one of a few words. @throws SettingError listing them when the value is another. */
export function oneOf<T extends string>(
  read: SettingReader,
  name: string,
  choices: readonly T[],
  fallback: T,
): T {
  const expected = `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`;
  const value = optionalText(read, name, expected) ?? fallback;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) {
    throw unusable(name, value, expected);
  }
  return choice;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
}

/** The error for a setting whose value cannot be used. */
export function unusable(name: string, value: unknown, expected: string): SettingError {
  return new SettingError(
    `The setting "${name}" is ${JSON.stringify(value)}, which cannot be used: expected ${expected}. Give it as "-c ${name}=…".`,
  );
}

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

/** Reads a setting that may be left out. @throws SettingError when it is of another form. */
export function matching(
  read: SettingReader,
  name: string,
  form: RegExp,
  expected: string,
): string | undefined {
  const value = optionalText(read, name, expected);
  if (value !== undefined && !form.test(value)) throw unusable(name, value, expected);
  return value;
}

/** Reads a list joined by commas that may be left out. @throws SettingError when an entry is of another form, or there twice. */
export function listMatching(
  read: SettingReader,
  name: string,
  form: RegExp,
  expected: string,
): string[] | undefined {
  const text = optionalText(read, name, expected);
  const entries = text?.split(',').map((entry) => entry.trim());
  if (entries && !(entries.every((entry) => form.test(entry)) && new Set(entries).size === entries.length))
    throw unusable(name, text, expected);
  return entries;
}

/** @throws SettingError when one of these settings is given, which only mean something together with another. */
export function refuse(read: SettingReader, names: readonly string[], why: string): void {
  for (const name of names) {
    const value = optionalText(read, name, 'a text');
    if (value !== undefined)
      throw new SettingError(`The setting "${name}" is ${JSON.stringify(value)}, but ${why}.`);
  }
}

function requiredWhere(
  read: SettingReader,
  name: string,
  holds: (value: string) => boolean,
  expected: string,
): string {
  const value = requiredText(read, name, expected);
  if (!holds(value)) throw unusable(name, value, expected);
  return value;
}

/** Reads the base URL of an HTTP service, without a trailing slash. @throws SettingError when it is missing or another. */
export function requiredUrl(read: SettingReader, name: string): string {
  const expected = 'an http(s) URL without user, query or fragment, for example "http://127.0.0.1:8082"';
  return requiredWhere(read, name, isBaseUrl, expected).replace(/\/+$/, '');
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text) || /[?#\s{}]/.test(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
}

/** Reads a list of brokers. @throws SettingError when it is missing or not `host:port[,host:port…]`. */
export function requiredBootstrapServers(read: SettingReader, name: string): string {
  const expected = '"host:port", several joined by commas, for example "127.0.0.1:9092"';
  return requiredWhere(read, name, (text) => text.split(',').every(isServer), expected).replace(/\s/g, '');
}

function isServer(text: string): boolean {
  const port = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):(\d{1,5})$/.exec(text.trim())?.[1];
  return port !== undefined && isPort(port);
}

/** Reads a TCP port. @throws SettingError when it is missing or not a whole number from 1 to 65535. */
export function requiredPort(read: SettingReader, name: string): number {
  return Number(requiredWhere(read, name, isPort, 'a TCP port from 1 to 65535, for example "3306"'));
}

/** Reads a host name or address. @throws SettingError when it is missing or of another form. */
export function requiredHost(read: SettingReader, name: string): string {
  const form = /^[A-Za-z0-9][A-Za-z0-9._-]*$|^[0-9A-Fa-f]*:[0-9A-Fa-f:]+$/;
  const expected = 'a host name or address, for example "127.0.0.1"';
  return requiredWhere(read, name, (text) => form.test(text), expected);
}

/** Reads the path of a folder. @throws SettingError when it is missing or no folder is there. */
export function requiredFolder(read: SettingReader, name: string): string {
  const isFolder = (text: string): boolean =>
    statSync(text, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return requiredWhere(read, name, isFolder, 'the path of a folder');
}

/** Reads the path of a file. @throws SettingError when no file of this ending is there. */
export function requiredFile(read: SettingReader, name: string, ending: string): string {
  const isFile = (text: string): boolean =>
    text.endsWith(ending) && (statSync(text, { throwIfNoEntry: false })?.isFile() ?? false);
  return requiredWhere(read, name, isFile, `the path of a file ending with "${ending}"`);
}

/** Reads the path of a file that may be left out. @throws SettingError when no file of this ending is there. */
export function optionalFile(read: SettingReader, name: string, ending: string): string | undefined {
  return optionalText(read, name, 'the path of a file') === undefined
    ? undefined
    : requiredFile(read, name, ending);
}

/** Reads the folder of a package that may be left out. @throws SettingError when no folder is there. */
export function optionalFolder(read: SettingReader, name: string): string | undefined {
  return optionalText(read, name, 'the path of a folder') === undefined
    ? undefined
    : requiredFolder(read, name);
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

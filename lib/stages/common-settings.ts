/** Settings that every stage has. */
import { optionalText, type SettingReader, unusable } from './settings';

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

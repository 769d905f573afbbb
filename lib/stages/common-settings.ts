/** Settings that every stage has. */
import { matching, type SettingReader } from './settings';

/** The database's name when none is given. */
export const DEFAULT_DATABASE = 'pinterest';

/** Reads `region` (default `us-east-1`). @throws SettingError when it is of another form. */
export function readRegion(read: SettingReader): string {
  const form = /^[a-z]{2}(?:-[a-z]+)+-\d$/;
  return matching(read, 'region', form, 'an AWS region, for example "us-east-1"') ?? 'us-east-1';
}

/** Reads `databaseName`. @throws SettingError when MySQL would have to quote it. */
export function readDatabaseName(read: SettingReader, fallback = DEFAULT_DATABASE): string {
  const expected = 'up to 64 letters, digits or "_", for example "pinterest"';
  return matching(read, 'databaseName', /^\w{1,64}$/, expected) ?? fallback;
}

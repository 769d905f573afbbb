/**
 * What a part to be installed is, and how one is installed once and for all.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sourceHash } from '../../../lib/packaging/source-hash';
import { CommandError } from '../../processes/run-command';

/** Tells a person what is going on, a line at a time. */
export type Progress = (line: string) => void;

/** A part that is installed into a folder of its own. */
export interface Part<Name extends string = PartName> {
  readonly name: Name;
  /** What messages call it, with its version. */
  readonly title: string;
  /** What the installation depends on: a part whose stamp differs is installed again. Throws when a source is missing. */
  stamp(): string;
  /**
   * Installs the part.
   *
   * @param folder an empty folder to fill. Unless `inPlace` it is moved to its final place afterwards.
   */
  install(folder: string, signal?: AbortSignal): Promise<void>;
  /** True when what is installed holds absolute paths, so that it cannot be moved afterwards. */
  readonly inPlace?: boolean;
  /** Files, relative to the part's folder, that must be there for it to count as installed. */
  readonly provides: readonly string[];
}

/** The parts' names, which are also the names of their folders. */
export type PartName =
  | 'kafka'
  | 'kafka-classes'
  | 'mariadb'
  | 'python'
  | 's3-sink-connector'
  | 'rest-proxy'
  | 'table-engine-package'
  | 'spark'
  | 'spark-extension'
  | 'client-host';

const STAMP_FILE = '.installed';
const ATTEMPTS = 3;
const PAUSES_MS = [2_000, 5_000];

/** A short hash over texts, files and folders, for stamps. Build results are left out. */
export function hashOf(paths: readonly string[], texts: readonly string[] = []): string {
  return sourceHash(paths, texts).slice(0, 16);
}

/** Whether a part is installed in the version that the sources ask for. */
export function isInstalled(part: Part<string>, folder: string): boolean {
  try {
    if (readFileSync(path.join(folder, STAMP_FILE), 'utf8') !== part.stamp()) return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).path === path.join(folder, STAMP_FILE)) return false;
    throw error;
  }
  return part.provides.every((file) => existsSync(path.join(folder, file)));
}

/**
 * Installs a part, trying again after a failed command (a network that is away for a moment).
 *
 * @param folder the part's final folder. An older version is replaced at the end, in one step where possible.
 * @throws the last attempt's error; the reason of `signal` when aborted.
 */
export async function installPart(
  part: Part<string>,
  folder: string,
  onProgress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const stamp = part.stamp();
  const building = part.inPlace ? folder : `${folder}.building`;
  const started = Date.now();
  onProgress(`installing ${part.title} …`);
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    rmSync(building, { recursive: true, force: true });
    mkdirSync(building, { recursive: true });
    try {
      await part.install(building, signal);
      break;
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt === ATTEMPTS || !(error instanceof CommandError)) {
        rmSync(building, { recursive: true, force: true });
        throw new Error(
          `${part.title} could not be installed: ${error instanceof Error ? error.message : String(error)}`,
          { cause: error },
        );
      }
      onProgress(`${part.title}: attempt ${attempt} of ${ATTEMPTS} failed, trying again …`);
      await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[attempt - 1] ?? 0));
    }
  }
  const missing = part.provides.filter((file) => !existsSync(path.join(building, file)));
  if (missing.length > 0) {
    throw new Error(`The installation of ${part.title} did not give ${missing.join(', ')}.`);
  }
  writeFileSync(path.join(building, STAMP_FILE), stamp);
  if (!part.inPlace) {
    const old = `${folder}.old`;
    rmSync(old, { recursive: true, force: true });
    if (existsSync(folder)) renameSync(folder, old);
    renameSync(building, folder);
    rmSync(old, { recursive: true, force: true });
  }
  onProgress(`installed ${part.title} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/**
 * Free space on the disk: asked for before the work, and looked at when the work fails.
 */
import { statfs } from 'node:fs/promises';

/** Free space an installation of everything needs, in bytes. */
export const INSTALL_BYTES = 3e9;
/** Free space that a run starts with, in bytes: a database, a broker and an S3 server are written. */
export const RUN_BYTES = 1e9;

/** The bytes that this user can still write where a folder is. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Bytes for a person. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/**
 * Checks that there is room.
 *
 * @param purpose what the room is for: "the local parts".
 * @throws Error saying how much there is and how much is needed.
 */
export async function requireSpace(folder: string, bytes: number, purpose: string): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= bytes) return;
  throw new Error(
    `The disk is full: ${folder} has ${gigabytes(free)} of free space, and ${purpose} need ${gigabytes(bytes)}. Make room and start again.`,
  );
}

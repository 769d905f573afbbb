/** A private key in a file, for as long as a program needs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What would end this process before the file is removed. SIGKILL cannot be helped. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Writes a key to a file that only this user can read (mode 0400, in a folder of mode 0700), runs `use`, and removes it,
 * whatever happens. Until then SIGINT, SIGTERM and SIGHUP do not end this process but abort the signal that `use` gets.
 */
export async function withKeyFile<R>(
  key: string,
  use: (file: string, signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const interrupt = new AbortController();
  const abort = (signal: NodeJS.Signals): void => {
    interrupt.abort(new Error(`Ended by ${signal}.`));
  };
  for (const signal of SIGNALS) process.on(signal, abort);
  try {
    const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-key-'));
    try {
      const file = path.join(folder, 'key.pem');
      writeFileSync(file, key, { mode: 0o400, flag: 'wx' });
      return await use(file, interrupt.signal);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    for (const signal of SIGNALS) process.off(signal, abort);
  }
}

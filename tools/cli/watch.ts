/** Shows something again and again: in place on a terminal, else block after block. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from 'commander';
import { messageOf } from '../pipeline/aws-errors';
import { wholeNumber } from './arguments';

/** `--watch`. */
export function watchOption(): Option {
  return new Option(
    '--watch [seconds]',
    'show it again and again, with this pause (default: 5), until Ctrl-C',
  )
    .preset('5')
    .argParser(wholeNumber(1, 3600))
    .conflicts('json');
}

/** Where the text goes. */
export interface Screen {
  readonly isTTY?: boolean;
  /** Lines of the terminal. */
  readonly rows?: number;
  write(text: string): unknown;
}

/**
 * Runs until the signal aborts. What cannot be shown is shown by its error, and tried again.
 *
 * @param show the text, without a line feed at the end.
 * @param seconds the pause between two texts.
 */
export async function watch(
  show: () => Promise<string>,
  seconds: number,
  signal: AbortSignal,
  screen: Screen = process.stdout,
): Promise<void> {
  if (screen.isTTY) screen.write('\x1b[2J');
  const isEnded = (): boolean => signal.aborted;
  while (!isEnded()) {
    const text = await show().catch(messageOf);
    if (isEnded()) return;
    screen.write(screen.isTTY ? inPlace(text, screen.rows) : `${new Date().toISOString()}\n${text}\n\n`);
    await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
  }
}

/** Over what is there, without clearing it first, which would flicker; as many lines as the terminal has. */
function inPlace(text: string, rows = Infinity): string {
  const lines = text.split('\n').slice(0, Math.max(1, rows - 1));
  // Lines that are too wide are cut off, as a second line each would scroll the first away.
  return `\x1b[?7l\x1b[H${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J\x1b[?7h`;
}

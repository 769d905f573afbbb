/**
 * The output on a terminal: finished lines scroll as they do everywhere, and below them one line shows what is under way.
 * The cursor is never hidden and nothing of the terminal is set, so there is nothing to restore however the run ends.
 */
import { createOutput, type Output, type Work } from './output';

const BAR = 24;
const REDRAW_MS = 250;

/** The part of a terminal that is used. */
export interface Terminal {
  /** Characters a line has; undefined where it is not known. */
  columns?: number;
  readonly isTTY?: boolean;
}

/** Whether a stream is a terminal that can show a line that changes. */
export function isLive(terminal: Terminal, env: NodeJS.ProcessEnv): boolean {
  const { NO_COLOR = '', CI = '', TERM } = env;
  return terminal.isTTY === true && NO_COLOR === '' && CI === '' && TERM !== 'dumb';
}

/** `Sending ██████░░░░░░  50 %  5,500 of 11,000 posts  12 s`, at most as long as the terminal is wide. */
export function workText({ title, done, of, detail }: Work, seconds: number, columns: number): string {
  const parts = [title];
  if (done !== undefined && of !== undefined && of > 0) {
    const share = Math.min(1, done / of);
    const full = Math.floor(share * BAR);
    parts.push(
      `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${String(Math.floor(share * 100)).padStart(3)} %`,
    );
  }
  if (detail !== undefined) parts.push(detail);
  parts.push(`${Math.floor(seconds)} s`);
  // In the last column some terminals go on to the next line.
  return `${' '.repeat(10)}${parts.join('  ')}`.slice(0, Math.max(0, columns - 1));
}

/** Makes an output that writes by `write` to a terminal. */
export function createTerminalOutput(
  write: (text: string) => void,
  terminal: Terminal,
  now: () => number = () => performance.now(),
): Output {
  let work: Work | undefined;
  let since = 0;
  let drawn = '';
  let timer: NodeJS.Timeout | undefined;
  const columns = (): number => terminal.columns ?? 80;
  const erased = (): string => {
    if (drawn === '') return '';
    // Made narrower meanwhile, the terminal has broken the line into several.
    const above = Math.ceil(drawn.length / columns()) - 1;
    drawn = '';
    return `${above > 0 ? `\x1b[${above}A` : ''}\r\x1b[J`;
  };
  const draw = (text = ''): void => {
    const before = erased();
    if (work !== undefined) drawn = workText(work, (now() - since) / 1000, columns());
    write(`${before}${text}${drawn}`);
  };
  const plain = createOutput(draw, now);
  return {
    ...plain,
    isLive: true,
    now: (next) => {
      const isOther = next?.title !== work?.title;
      work = next;
      if (isOther) {
        since = now();
        draw();
      }
      if (work === undefined) {
        clearInterval(timer);
        timer = undefined;
      } else {
        timer ??= setInterval(() => {
          draw();
        }, REDRAW_MS).unref();
      }
    },
  };
}

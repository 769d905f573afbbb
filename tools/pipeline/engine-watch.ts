/** The table engine's `watch`: a process that reports how records flow, whenever it is asked, from what it has kept. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Deployment } from './deployment';
import type { Watch } from './documents.generated';
import { spawnTableEngine, type TableEngineOptions } from './table-engine';

/** DuckDB counts a few thousand rows at a time here; one thread is enough. */
const ARGS = ['--memory-limit', '200MB', '--threads', '1'];

/** See the module's comment. The process is started at the first question, and again when it has ended. */
export class EngineWatch {
  private child: ChildProcessWithoutNullStreams | undefined;
  private answered: ((line: string | undefined) => void) | undefined;

  constructor(
    private readonly deployment: Deployment,
    private readonly options: Pick<TableEngineOptions, 'python'>,
  ) {}

  /** Asks once; not before the last question was answered. @throws Error with its last messages when the process ends. */
  async ask(): Promise<Watch> {
    const child = (this.child ??= this.start());
    let messages = '';
    const collect = (text: string): void => {
      messages = (messages + text).slice(-2000);
    };
    child.stderr.on('data', collect);
    const line = await new Promise<string | undefined>((resolve) => {
      this.answered = resolve;
      child.stdin.write('\n');
    });
    child.stderr.off('data', collect);
    if (line === undefined) throw new Error(`The table engine's "watch" ended. ${messages}`);
    return JSON.parse(line) as Watch;
  }

  /** Ends the process. */
  close(): void {
    this.child?.kill('SIGTERM');
  }

  private start(): ChildProcessWithoutNullStreams {
    const child = spawnTableEngine(this.deployment, 'watch', { ...this.options, args: ARGS });
    const ended = (): void => {
      if (this.child === child) this.child = undefined;
      this.answered?.(undefined);
    };
    child.on('error', ended).on('close', ended);
    // It may have ended already; `close` reports that.
    child.stdin.on('error', () => undefined);
    child.stderr.setEncoding('utf8').resume();
    createInterface({ input: child.stdout }).on('line', (line) => this.answered?.(line));
    return child;
  }
}

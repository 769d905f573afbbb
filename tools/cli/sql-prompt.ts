/** The SQL prompt: lines in, results out, until Ctrl-D. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { messageOf } from '../pipeline/aws-errors';
import type { QueryTable } from '../pipeline/query';
import { formatSchema, formatTables } from './format-query';
import { complete, splitStatements } from './sql-text';

const HELP = `.tables          the tables
.schema [table]  the columns of all tables, or of one
.quit            leaves, as Ctrl-D does
A statement ends with ";" and may have several lines. Ctrl-C stops the query that runs, or clears the line.`;

/** What the prompt works with. */
export interface PromptProps {
  /** Runs a statement and returns what to print. */
  readonly run: (sql: string, signal: AbortSignal) => Promise<string>;
  readonly tables: (signal: AbortSignal) => Promise<readonly QueryTable[]>;
  /** The file of the lines that were typed, readable by its owner alone. */
  readonly historyFile: string;
  /** Ends the prompt. */
  readonly signal: AbortSignal;
  readonly input?: NodeJS.ReadableStream;
  readonly output?: NodeJS.WritableStream;
}

/** Runs until the input ends. */
export function sqlPrompt(props: PromptProps): Promise<void> {
  return new Promise((resolve) => new SqlPrompt(props).lines.once('close', resolve));
}

class SqlPrompt {
  readonly lines: Interface;
  private readonly output: NodeJS.WritableStream;
  private known: readonly QueryTable[] = [];
  /** The lines of a statement that has no end yet. */
  private begun = '';
  /** Stops what runs. */
  private running?: AbortController;
  /** What was typed is done one after the other, also what is typed while a query runs. */
  private last: Promise<void> = Promise.resolve();
  private isClosed = false;

  constructor(private readonly props: PromptProps) {
    this.output = props.output ?? process.stdout;
    this.lines = createInterface({
      input: props.input ?? process.stdin,
      output: this.output,
      prompt: 'sql> ',
      history: readHistory(props.historyFile),
      historySize: 1000,
      removeHistoryDuplicates: true,
      completer: (line: string) => complete(line, this.known),
    });
    const close = (): void => {
      this.lines.close();
    };
    props.signal.addEventListener('abort', close);
    this.lines
      .on('line', (line) => {
        this.last = this.last.then(() => this.take(line));
      })
      .on('history', (history: string[]) => {
        writeHistory(props.historyFile, history);
      })
      .on('SIGINT', () => {
        this.interrupt();
      })
      .on('close', () => {
        this.isClosed = true;
        this.running?.abort();
        props.signal.removeEventListener('abort', close);
      });
    this.print('SQL over the tables, read only. ".help" says more, Ctrl-D leaves.');
    this.lines.prompt();
    // For the completion; `.tables` says what is wrong.
    void this.findTables(props.signal).catch(() => undefined);
  }

  private async take(line: string): Promise<void> {
    const [command = '', table] = line.trim().split(/\s+/);
    if (this.begun === '' && /^\.\w/.test(command)) {
      await this.attempt((signal) => this.dotCommand(command, table, signal));
    } else {
      const { statements, rest } = splitStatements(`${this.begun}${line}\n`);
      this.begun = rest;
      for (const sql of statements) await this.attempt((signal) => this.props.run(sql, signal));
    }
    if (this.isClosed) return;
    this.lines.setPrompt(this.begun === '' ? 'sql> ' : '...> ');
    this.lines.prompt();
  }

  private async attempt(work: (signal: AbortSignal) => Promise<string>): Promise<void> {
    if (this.isClosed) return;
    this.running = new AbortController();
    const { signal } = this.running;
    try {
      this.print(await work(signal));
    } catch (error) {
      this.print(signal.aborted ? 'Stopped.' : messageOf(error));
    } finally {
      this.running = undefined;
    }
  }

  private async dotCommand(command: string, table: string | undefined, signal: AbortSignal): Promise<string> {
    switch (command) {
      case '.tables':
        return formatTables(await this.findTables(signal));
      case '.schema':
        return formatSchema(await this.findTables(signal), table);
      case '.help':
        return HELP;
      case '.quit':
      case '.exit':
        this.lines.close();
        return '';
      default:
        return `There is no command "${command}":\n${HELP}`;
    }
  }

  private async findTables(signal: AbortSignal): Promise<readonly QueryTable[]> {
    return (this.known = await this.props.tables(signal));
  }

  private interrupt(): void {
    if (this.running) {
      this.running.abort();
      return;
    }
    this.begun = '';
    this.print('^C');
    // The line that was begun is left as it is shown; the next one is empty.
    this.lines.write(null, { ctrl: true, name: 'e' });
    this.lines.write(null, { ctrl: true, name: 'u' });
    this.lines.setPrompt('sql> ');
    this.lines.prompt();
  }

  private print(text: string): void {
    if (text !== '') this.output.write(`${text}\n`);
  }
}

function readHistory(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

function writeHistory(file: string, history: readonly string[]): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${history.join('\n')}\n`, { mode: 0o600 });
  } catch {
    // The prompt works without.
  }
}

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { sqlPrompt } from '../../../../tools/cli/sql-prompt';

const CTRL_C = '\x03';
const CTRL_D = '\x04';

let folder: string;
let input: PassThrough;
let output: PassThrough;
let shown: string;
let ended: Promise<void>;
let asked: string[];
/** What a statement gives; by default its own text. */
let run: (sql: string, signal: AbortSignal) => Promise<string>;

function start(signal = new AbortController().signal): void {
  input = new PassThrough();
  // So that readline takes it for a terminal.
  output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  shown = '';
  output.setEncoding('utf8').on('data', (text: string) => (shown += text));
  ended = sqlPrompt({
    run: (sql, stop) => {
      asked.push(sql);
      return run(sql, stop);
    },
    tables: () =>
      Promise.resolve([{ name: 'pin', description: 'pins', columns: [{ name: 'ind', type: 'INTEGER' }] }]),
    historyFile: join(folder, 'new', 'history'),
    signal,
    input,
    output,
  });
}

/** Types, and waits until the screen has the text after what it had. */
async function type(keys: string, expected: string): Promise<void> {
  const before = shown.length;
  input.write(keys);
  const deadline = Date.now() + 4000;
  while (!shown.slice(before).includes(expected)) {
    if (Date.now() > deadline) throw new Error(`Not shown: ${expected}, but ${shown.slice(before)}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sql-prompt-'));
  asked = [];
  run = (sql) => Promise.resolve(`<${sql}>`);
  start();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('statements over several lines, several on a line, and Ctrl-D', async () => {
  await type('select\r', '...> ');
  await type("'a;';select 2; select\r", '<select 2>');
  await type('3;\r', '<select\n3>');
  await type(CTRL_D, '');
  await ended;
  expect(asked).toEqual(["select\n'a;'", 'select 2', 'select\n3']);
});

test('dot commands', async () => {
  await type('.tables\r', 'pin    1 columns  pins');
  await type('.schema PIN\r', 'pin    ind     INTEGER');
  await type('.nothing\r', 'There is no command ".nothing"');
  await type('.help\r', '.schema [table]');
  await type('.quit\r', '');
  await ended;
  expect(asked).toEqual([]);
});

test('the tab key completes a table', async () => {
  await type('.tables\r', 'pins');
  await type('from pi\t', 'n');
  await type(';\r', '<from pin>');
});

test('an error is printed, and the prompt goes on', async () => {
  run = () => Promise.reject(new Error('Parser Error: no'));
  await type('selec;\r', 'Parser Error: no');
  run = () => Promise.resolve('fine');
  await type('select;\r', 'fine');
});

test('Ctrl-C stops the query that runs, and not the prompt', async () => {
  run = (_, signal) =>
    new Promise((_resolve, reject) => {
      output.write('it runs');
      signal.addEventListener('abort', () => {
        reject(new Error('aborted'));
      });
    });
  await type('select 1;\r', 'it runs');
  await type(CTRL_C, 'Stopped.');
  run = (sql) => Promise.resolve(`<${sql}>`);
  await type('select 2;\r', '<select 2>');
});

test('Ctrl-C clears what was begun, the line and the lines before', async () => {
  await type('select 1,\r', '...> ');
  await type('2, 3', '2, 3');
  await type(CTRL_C, 'sql> ');
  await type('select 4;\r', '<select 4>');
  expect(asked).toEqual(['select 4']);
});

test('Ctrl-D and the end of the command stop the query that runs', async () => {
  for (const isCommand of [false, true]) {
    const ending = new AbortController();
    start(ending.signal);
    const stopped = new Promise<void>((resolve) => {
      run = (_, signal) =>
        new Promise(() => {
          output.write('it runs');
          signal.addEventListener('abort', () => {
            resolve();
          });
        });
    });
    await type('select 1;\r', 'it runs');
    if (isCommand) ending.abort();
    else input.write(CTRL_D);
    await Promise.all([stopped, ended]);
  }
});

test('the history is kept for its owner alone, and is there again', async () => {
  await type('select 1;\r', '<select 1>');
  const file = join(folder, 'new', 'history');
  expect(readFileSync(file, 'utf8')).toBe('select 1;\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  start();
  await type('\x1b[A\r', '<select 1>');
  expect(asked).toEqual(['select 1', 'select 1']);
});

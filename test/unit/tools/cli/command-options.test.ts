import { Command, CommanderError } from 'commander';
import { addEmulateOptions, engineOption } from '../../../../tools/cli/command-options';
import { emulatorOptions, type EmulateOptions } from '../../../../tools/pipeline/emulate';

/** Parses as the command line does; what commander would print is returned with the error it throws. */
function parse(...args: string[]): EmulateOptions {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  let flags: EmulateOptions | undefined;
  addEmulateOptions(program.command('emulate')).action((options: EmulateOptions) => {
    flags = options;
  });
  program.parse(['emulate', ...args], { from: 'user' });
  if (flags === undefined) throw new Error('The command did not run.');
  return flags;
}

test('random posts go to the topics unless told otherwise', () => {
  expect(parse()).toEqual({ to: 'topics', mode: 'random', seed: 100, rate: 500, pause: 0 });
});

test('the record route is one to the streams', () => {
  expect(parse('--record-route')).toMatchObject({ to: 'streams', recordRoute: true });
  expect(parse('--to', 'both', '--record-route')).toMatchObject({ to: 'both', recordRoute: true });
  expect(() => parse('--to', 'topics', '--record-route')).toThrow(
    "'--record-route' cannot be used with --to topics",
  );
  expect(() => parse('--to', 'topics', '--record-route')).toThrow(CommanderError);
});

test('another destination is refused with those there are', () => {
  expect(() => parse('--to', 'kafka')).toThrow('Allowed choices are topics, streams, both');
});

test('flags become the emulator’s options', () => {
  const args = ['--to', 'streams', '--mode', 'all', '--posts', '5', '--seed', '7', '--run', 'x'];
  expect(emulatorOptions(parse(...args, '--rate', '2.5', '--pause', '1', '--record-route'))).toEqual({
    mode: 'all',
    posts: 5,
    seed: 7,
    run: 'x',
    rate: 2.5,
    pause: 1,
    streamRoute: 'record',
  });
  expect(emulatorOptions(parse())).toMatchObject({ streamRoute: undefined });
});

test('a name that no run can have is refused before the command runs', () => {
  for (const name of ['', ' ', '-x', 'a/b', 'x'.repeat(81)]) {
    expect(() => parse(`--run=${name}`)).toThrow(CommanderError);
    expect(() => parse(`--run=${name}`)).toThrow(/'--run <name>' argument .* expected 1 to 80 letters/);
  }
  expect(parse('--run', 'x'.repeat(80)).run).toHaveLength(80);
  // The streams' run has eight characters more.
  expect(parse('--to', 'both', '--run', 'x'.repeat(72)).run).toHaveLength(72);
  expect(() => parse('--to', 'both', '--run', 'x'.repeat(73))).toThrow(
    "option '--run' is too long with --to both",
  );
});

function parseEngine(...args: string[]): string {
  let said = '';
  const command = new Command('batch')
    .addOption(engineOption())
    .exitOverride()
    .configureOutput({ writeErr: (text) => (said += text) });
  try {
    command.parse(args, { from: 'user' });
  } catch {
    return said;
  }
  return String(command.opts().engine);
}

test('the engine is DuckDB unless Spark is asked for', () => {
  expect(parseEngine()).toBe('duckdb');
  expect(parseEngine('--engine', 'spark')).toBe('spark');
});

test('another engine is refused with the names of those there are', () => {
  expect(parseEngine('--engine', 'sparc')).toMatch(
    /argument 'sparc' is invalid. Allowed choices are duckdb, spark./,
  );
});

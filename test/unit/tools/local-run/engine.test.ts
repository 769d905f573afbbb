/** The option `--engine`. */
import { Command } from 'commander';
import { engineOption, jobOptions } from '../../../../tools/local-run/engine';
import { pythonExecutable } from '../../../../tools/local-run/paths';

function parse(...args: string[]): string {
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

test('it is DuckDB unless Spark is asked for', () => {
  expect(parse()).toBe('duckdb');
  expect(parse('--engine', 'spark')).toBe('spark');
});

test('another engine is refused with the names of those there are', () => {
  expect(parse('--engine', 'sparc')).toMatch(
    /argument 'sparc' is invalid. Allowed choices are duckdb, spark./,
  );
});

test('DuckDB is the table engine as it is installed, with the memory that it is given', async () => {
  const options = await jobOptions({ engine: 'duckdb', memoryLimit: '2GB' });
  expect(options).toEqual({
    python: pythonExecutable(),
    args: ['--memory-limit', '2GB'],
    signal: undefined,
  });
});

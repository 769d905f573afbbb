import { engine } from '../../../../tools/local-run/engine';
import { pythonExecutable } from '../../../../tools/local-run/paths';

test('DuckDB is the table engine as it is installed, with the memory that it is given', async () => {
  const { signal } = new AbortController();
  const options = await engine({ engine: 'duckdb', memoryLimit: '2GB' }, { signal, tell: () => undefined });
  expect(options).toEqual({ python: pythonExecutable(), args: ['--memory-limit', '2GB'], signal });
});

/** `--engine`: the table engine with DuckDB in one process, or the same jobs on Spark, which is installed when asked for. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import { SPARK_PARTS, ensureParts } from './install';
import { PROJECT_ROOT, pythonExecutable } from './paths';
import type { TableEngineOptions } from '../pipeline/table-engine';

/** The engines, the default one first. */
export const ENGINES = ['duckdb', 'spark'] as const;

/** What the options of a job on an engine are. */
export interface EngineFlags {
  readonly engine?: (typeof ENGINES)[number];
  /** Memory as the engine takes it, for example `1GB`. */
  readonly memoryLimit?: string;
}

/** The option `--engine`. */
export function engineOption(): Option {
  return new Option('--engine <name>', 'what does the work; Spark is installed when it is first asked for')
    .choices(ENGINES)
    .default(ENGINES[0]);
}

/**
 * How the chosen engine is run. Installs Spark when it is asked for and not there, with its progress on standard error.
 *
 * @throws Error when Spark cannot be installed.
 */
export async function jobOptions(flags: EngineFlags, signal?: AbortSignal): Promise<TableEngineOptions> {
  const limit = flags.memoryLimit === undefined ? [] : ['--memory-limit', flags.memoryLimit];
  if (flags.engine !== 'spark') return { python: pythonExecutable(), args: limit, signal };
  const tell = (line: string): void => {
    console.error(line);
  };
  const { spark } = await ensureParts(tell, { only: SPARK_PARTS, signal });
  return {
    python: spark.python,
    program: [join(PROJECT_ROOT, 'engines', 'spark-batch', 'main.py')],
    args: [
      ...['--master', `local[${availableParallelism()}]`, ...limit],
      ...['--jars', spark.jars, spark.extensionJar],
    ],
    signal,
  };
}

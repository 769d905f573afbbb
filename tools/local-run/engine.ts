/** The table engine with DuckDB in one process, or the same jobs on Spark, which is installed when it is first asked for. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { SPARK_PARTS, ensureParts } from './install';
import { PROJECT_ROOT, pythonExecutable } from './paths';
import type { BatchOptions, Control } from '../pipeline/pipeline';
import type { TableEngineOptions } from '../pipeline/table-engine';

/**
 * How the chosen engine is run. Installs Spark when it is asked for and not there, and reports its progress.
 *
 * @throws Error when Spark cannot be installed.
 */
export async function engine(
  options: Pick<BatchOptions, 'engine' | 'memoryLimit'>,
  { signal, tell }: Control,
): Promise<TableEngineOptions> {
  const limit = options.memoryLimit === undefined ? [] : ['--memory-limit', options.memoryLimit];
  if (options.engine !== 'spark') return { python: pythonExecutable(), args: limit, signal };
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

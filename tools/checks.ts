/**
 * The linters, formatters and type checkers of every language: one list for `npm run lint`, `npm run format` and `npm test`.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { installedParts, type InstalledParts } from './local-run/install';
import { findProgram } from './processes/find-program';
import { PROJECT_ROOT } from './local-run/paths';

/** What a check needs: Node alone, the Python of the table engine, that of Spark, or Maven. */
export const LANGUAGES = ['node', 'python', 'spark', 'java'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A program with its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** One check. */
export interface Check {
  readonly name: string;
  readonly language: Language;
  /** Exits with 0 when all is well, and changes nothing. */
  readonly check: CommandLine;
  /** Changes the files so that the check passes, as far as a program can. */
  readonly format?: CommandLine;
  /** The folder that it runs in. */
  readonly cwd: string;
}

const inProject = (...names: string[]): string => path.join(PROJECT_ROOT, ...names);
const TABLE_ENGINE = inProject('engines', 'table-engine');
const SPARK_BATCH = inProject('engines', 'spark-batch');
/** Where what the checks found before is kept; `npm ci` removes it. */
const cache = (name: string): string => inProject('node_modules', '.cache', name);
/** By content, as a checkout changes the times of files. */
const CACHED = ['--cache', '--cache-strategy', 'content', '--cache-location'];
const ESLINT = [...CACHED, cache('eslint')];
const PRETTIER = [...CACHED, cache('prettier/.prettier-cache'), '--log-level', 'warn'];
/** Python outside the engines' folders, as seen from there. */
const PYTHON_ELSEWHERE = ['../../tools', '../../lambda/table-engine'];

function node(name: string, check: readonly string[], format?: readonly string[]): Check {
  const program = inProject('node_modules', '.bin', name);
  return {
    name,
    language: 'node',
    check: [program, ...check],
    ...(format === undefined ? {} : { format: [program, ...format] }),
    cwd: PROJECT_ROOT,
  };
}

function ruff(
  language: 'python' | 'spark',
  program: string,
  cwd: string,
  folders: readonly string[],
): Check[] {
  const config = ['--config', 'pyproject.toml'];
  const module = (...args: string[]): CommandLine => [program, '-m', 'ruff', ...args, ...folders, ...config];
  return [
    {
      name: `ruff check (${language})`,
      language,
      cwd,
      check: module('check'),
      format: module('check', '--fix'),
    },
    {
      name: `ruff format (${language})`,
      language,
      cwd,
      check: module('format', '--check'),
      format: module('format'),
    },
  ];
}

/** All checks. The programs may be missing: see {@link missingTool}. */
export function allChecks(): Check[] {
  const { python, spark } = installedParts();
  const mypy = (name: string, ...folders: string[]): Check => ({
    name: `mypy (${name})`,
    language: 'python',
    cwd: TABLE_ENGINE,
    check: [python, '-m', 'mypy', '--strict', ...folders],
  });
  const spotless = (module: string): Check => ({
    name: `spotless (${module})`,
    language: 'java',
    cwd: inProject('engines', module),
    check: ['mvn', '-q', '-B', 'spotless:check'],
    format: ['mvn', '-q', '-B', 'spotless:apply'],
  });
  return [
    node('tsc', []),
    { ...node('tsc', ['-p', 'tools/web/page']), name: 'tsc (page)' },
    node('eslint', [...ESLINT, '.'], [...ESLINT, '--fix', '.']),
    node('prettier', [...PRETTIER, '--check', '.'], [...PRETTIER, '--write', '.']),
    ...ruff('python', python, TABLE_ENGINE, ['.', ...PYTHON_ELSEWHERE]),
    mypy('table engine', '.', '../../tools/bench'),
    mypy('local AWS', '../../tools/local-run/ministack'),
    mypy('packaging', '../../tools/local-run/install'),
    ...ruff('spark', spark.python, SPARK_BATCH, ['.']),
    {
      name: 'mypy (Spark)',
      language: 'spark',
      cwd: SPARK_BATCH,
      check: [spark.python, '-m', 'mypy', '--strict', '.'],
    },
    spotless('s3-sink-connector'),
    spotless('spark-extension'),
  ];
}

/**
 * What a language's checks lack on this machine, and how to get it; undefined when they can run.
 *
 * @param parts where the installed programs are.
 */
export function missingTool(
  language: Language,
  { python, spark }: Pick<InstalledParts, 'python' | 'spark'> = installedParts(),
): string | undefined {
  switch (language) {
    case 'node':
      return undefined;
    case 'python':
      return existsSync(python) ? undefined : `${python} is not there: "npm start" installs it`;
    case 'spark':
      return existsSync(spark.python) ? undefined : `${spark.python} is not there: "npm test" installs it`;
    case 'java':
      return findProgram('mvn') === undefined
        ? 'mvn is not on the PATH: install Maven 3.6.3 or newer and a JDK 17 or newer'
        : undefined;
  }
}

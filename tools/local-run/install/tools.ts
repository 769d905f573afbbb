/**
 * The programs that must be on the machine already: Node, a JDK, Maven, Python.
 */
import path from 'node:path';
import { childEnvironment } from '../../processes/environment';
import { findProgram } from '../../processes/find-program';
import { CommandError, runCommand } from '../../processes/run-command';

/** A program the local run needs. */
export interface Tool {
  /** What messages call it. */
  readonly name: string;
  /** Shown when it is missing. */
  readonly needed: string;
  readonly minimum: readonly number[];
  readonly command: string;
  readonly args: readonly string[];
  /** Finds the version in what the command printed. */
  readonly version: RegExp;
  readonly debian: string;
  readonly macos: string;
}

/** The path of a program of the JDK: the one of JAVA_HOME if it is set, else the one on the PATH. */
export function jdkProgram(name: 'java' | 'javac' | 'jar', env: NodeJS.ProcessEnv = process.env): string {
  return env.JAVA_HOME ? path.join(env.JAVA_HOME, 'bin', name) : name;
}

const JDK = {
  minimum: [17],
  debian: 'apt install openjdk-17-jdk-headless',
  macos: 'brew install openjdk@17 (and set JAVA_HOME to it)',
};

/** The tools, with the commands that say their versions. */
export function requiredTools(env: NodeJS.ProcessEnv = process.env): readonly Tool[] {
  const home = env.JAVA_HOME ? ` (JAVA_HOME is ${env.JAVA_HOME})` : '';
  return [
    {
      ...JDK,
      name: `java${home}`,
      needed: 'a Java run-time of version 17 or newer',
      command: jdkProgram('java', env),
      args: ['-version'],
      version: /version "(?:1\.)?(\d+(?:\.\d+)*)/,
    },
    {
      ...JDK,
      name: `javac${home}`,
      needed: 'a JDK of version 17 or newer, with its compiler (a JRE is not enough)',
      command: jdkProgram('javac', env),
      args: ['-version'],
      version: /javac (?:1\.)?(\d+(?:\.\d+)*)/,
    },
    {
      name: 'mvn',
      needed: 'Maven 3.6.3 or newer',
      minimum: [3, 6, 3],
      command: 'mvn',
      args: ['--version'],
      version: /Apache Maven (\d+(?:\.\d+)*)/,
      debian: 'apt install maven',
      macos: 'brew install maven',
    },
    {
      name: 'python3',
      needed: 'Python 3.10 or newer',
      minimum: [3, 10],
      command: 'python3',
      args: ['-c', 'import sys; print("Python %d.%d.%d" % sys.version_info[:3])'],
      version: /Python (\d+(?:\.\d+)*)/,
      debian: 'apt install python3 python3-venv',
      macos: 'brew install python',
    },
    {
      name: 'python3 venv',
      needed: "Python's venv and ensurepip modules",
      minimum: [0],
      command: 'python3',
      args: ['-c', 'import venv, ensurepip; print("venv 1")'],
      version: /venv (\d+)/,
      debian: 'apt install python3-venv',
      macos: 'brew install python',
    },
  ];
}

/** Whether version `found` is at least `minimum`, number by number. */
export function atLeast(found: readonly number[], minimum: readonly number[]): boolean {
  for (let index = 0; index < minimum.length; index += 1) {
    const difference = (found[index] ?? 0) - (minimum[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** The version in a command's output, or undefined. */
export function parseVersion(output: string, pattern: RegExp): readonly number[] | undefined {
  return pattern.exec(output)?.[1]?.split('.').map(Number);
}

/** What is needed and how it is installed. */
export function howToGet(tool: Tool): string {
  return `needed: ${tool.needed}. Debian or Ubuntu: ${tool.debian}. macOS: ${tool.macos}.`;
}

/** A tool as it is on this machine. */
export interface ToolState {
  /** The version found, where one can be read. */
  readonly version?: string;
  /** What is wrong with it, a clause; undefined when it can be used. */
  readonly problem?: string;
}

/** Looks at a tool. @throws the reason of `signal` when aborted. */
export async function toolState(tool: Tool, signal?: AbortSignal): Promise<ToolState> {
  if (findProgram(tool.command) === undefined) return { problem: 'not found' };
  let output = '';
  try {
    // Java writes its version to standard error.
    await runCommand(tool.command, tool.args, {
      env: childEnvironment('installer'),
      timeoutMs: 60_000,
      signal,
      onLine: (line) => (output += `${line}\n`),
    });
  } catch (error) {
    signal?.throwIfAborted();
    const said =
      error instanceof CommandError ? error.message.split('\n').slice(0, 4).join(' ') : String(error);
    return { problem: `does not run (${said})` };
  }
  const found = parseVersion(output, tool.version);
  if (found === undefined) return { problem: 'its version is not to be read' };
  const version = found.join('.');
  return atLeast(found, tool.minimum) ? { version } : { version, problem: `version ${version} was found` };
}

/**
 * Checks the tools.
 *
 * @param names the ones to check, by the first word of their name; all by default.
 * @throws Error that lists every missing or old tool, the version found, the version needed and how to get it.
 */
export async function checkTools(
  names: readonly string[] = ['java', 'javac', 'mvn', 'python3'],
  signal?: AbortSignal,
): Promise<void> {
  const tools = requiredTools().filter((tool) => names.includes(tool.name.split(' ')[0] ?? ''));
  const states = await Promise.all(tools.map((tool) => toolState(tool, signal)));
  const complaints = tools.flatMap((tool, index) => {
    const problem = states[index]?.problem;
    return problem === undefined ? [] : [`${tool.name}: ${problem}; ${howToGet(tool)}`];
  });
  if (complaints.length > 0) {
    throw new Error(`This needs tools that this machine lacks:\n  - ${complaints.join('\n  - ')}`);
  }
}

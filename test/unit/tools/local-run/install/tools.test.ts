import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  atLeast,
  checkTools,
  jdkProgram,
  parseVersion,
  requiredTools,
} from '../../../../../tools/local-run/install/tools';

function versionOf(tool: string, output: string): readonly number[] | undefined {
  const found = requiredTools({}).find(({ name }) => name === tool);
  if (found === undefined) throw new Error(`no tool ${tool}`);
  return parseVersion(output, found.version);
}

describe('versions', () => {
  test.each([
    ['java', 'openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime', [17, 0, 15]],
    ['java', 'java version "1.8.0_402"', [8, 0]],
    ['java', 'openjdk version "21" 2023-09-19', [21]],
    ['java', 'openjdk version "22-ea" 2024-03-19', [22]],
    ['javac', 'javac 17.0.15', [17, 0, 15]],
    ['javac', 'javac 1.8.0_402', [8, 0]],
    ['mvn', '\u001b[1mApache Maven 3.8.7\u001b[m\nMaven home: /usr', [3, 8, 7]],
    ['mvn', 'Apache Maven 4.0.0-rc-3 (abc)', [4, 0, 0]],
    ['python3', 'Python 3.11.7', [3, 11, 7]],
  ])('of %s are read from %j', (tool, output, version) => {
    expect(versionOf(tool, output)).toEqual(version);
  });

  test('that are not there are undefined', () => {
    expect(versionOf('java', 'Error: could not open libjvm')).toBeUndefined();
  });

  test.each([
    [[17], [17], true],
    [[17, 0, 15], [17], true],
    [[16, 9], [17], false],
    [[3, 6, 3], [3, 6, 3], true],
    [[3, 6, 2], [3, 6, 3], false],
    [[3, 9], [3, 10], false],
    [[4], [3, 6, 3], true],
    [[3], [3, 6, 3], false],
  ])('%j against at least %j: %s', (found, minimum, expected) => {
    expect(atLeast(found, minimum)).toBe(expected);
  });
});

describe('the tools', () => {
  let folder: string;
  const before = { PATH: process.env.PATH, JAVA_HOME: process.env.JAVA_HOME };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tools-test-'));
  });

  afterEach(() => {
    process.env.PATH = before.PATH;
    if (before.JAVA_HOME === undefined) delete process.env.JAVA_HOME;
    else process.env.JAVA_HOME = before.JAVA_HOME;
    rmSync(folder, { recursive: true });
  });

  /** Puts a program on the PATH that prints a text. */
  function program(name: string, text: string, exitCode = 0): void {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho '${text}' >&2\nexit ${exitCode}\n`);
    chmodSync(file, 0o755);
  }

  async function complaints(...names: string[]): Promise<string> {
    return checkTools(names).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
  }

  test('are taken from JAVA_HOME when it is set', () => {
    expect(jdkProgram('javac', { JAVA_HOME: '/jdk' })).toBe('/jdk/bin/javac');
    expect(jdkProgram('javac', {})).toBe('javac');
  });

  test('that are missing are listed all at once, with how to get them', async () => {
    process.env.PATH = folder;
    delete process.env.JAVA_HOME;
    const message = await complaints('java', 'javac', 'mvn', 'python3');
    for (const name of ['java', 'javac', 'mvn', 'python3', 'python3 venv']) {
      expect(message).toContain(`- ${name}: not found; needed: `);
    }
    expect(message).toContain('apt install maven');
    expect(message).toContain('brew install openjdk@17');
  });

  test('that are old are named with the version found and the version needed', async () => {
    process.env.PATH = folder;
    delete process.env.JAVA_HOME;
    program('java', 'openjdk version "11.0.2" 2019-01-15');
    program('mvn', 'Apache Maven 3.3.9');
    const message = await complaints('java', 'mvn');
    expect(message).toMatch(
      /java: version 11\.0\.2 was found; needed: a Java run-time of version 17 or newer/,
    );
    expect(message).toMatch(/mvn: version 3\.3\.9 was found; needed: Maven 3\.6\.3 or newer/);
  });

  test('that do not run are quoted', async () => {
    process.env.JAVA_HOME = folder;
    program('bin/java', 'libjvm.so is broken', 1);
    program('bin/javac', 'no number here');
    const message = await complaints('java', 'javac');
    expect(message).toMatch(/java \(JAVA_HOME is .*\): does not run \(.*libjvm\.so is broken/);
    expect(message).toMatch(/javac .*: its version is not to be read/);
  });

  test('that are good are not complained about', async () => {
    process.env.JAVA_HOME = folder;
    program('bin/java', 'openjdk version "21.0.1" 2023-10-17');
    expect(await complaints('java')).toBe('');
  });
});

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashOf, installPart, isInstalled, type Part } from '../../../../../tools/local-run/install/part';
import { mariaDbPlatform } from '../../../../../tools/local-run/install/java-parts';
import { CommandError } from '../../../../../tools/processes/run-command';

describe('installing a part', () => {
  let root: string;
  let folder: string;
  let lines: string[];
  const onProgress = (line: string) => lines.push(line);

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'part-test-'));
    folder = path.join(root, 'kafka');
    lines = [];
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function part(overrides: Partial<Part> = {}): Part {
    return {
      name: 'kafka',
      title: 'the part',
      stamp: () => 'v1',
      provides: ['file'],
      install: (into) => {
        writeFileSync(path.join(into, 'file'), 'content');
        return Promise.resolve();
      },
      ...overrides,
    };
  }

  test('is done once', async () => {
    expect(isInstalled(part(), folder)).toBe(false);
    await installPart(part(), folder, onProgress);
    expect(isInstalled(part(), folder)).toBe(true);
    expect(readdirSync(root)).toEqual(['kafka']);
    expect(lines[1]).toMatch(/^installed the part in \d+\.\d s$/);
  });

  test('is done again for another version, which replaces the old one', async () => {
    await installPart(part(), folder, onProgress);
    const next = part({
      stamp: () => 'v2',
      install: (into) => {
        writeFileSync(path.join(into, 'file'), 'new');
        return Promise.resolve();
      },
    });
    expect(isInstalled(next, folder)).toBe(false);
    await installPart(next, folder, onProgress);
    expect(readFileSync(path.join(folder, 'file'), 'utf8')).toBe('new');
    expect(isInstalled(part(), folder)).toBe(false);
    expect(readdirSync(root)).toEqual(['kafka']);
  });

  test.each([true, false])('that was interrupted does not count (in place: %s)', async (inPlace) => {
    const abort = new AbortController();
    const interrupted = part({
      inPlace,
      install: (into) => {
        writeFileSync(path.join(into, 'file'), 'half');
        abort.abort(new Error('Ctrl-C'));
        return Promise.reject(new CommandError('killed', ''));
      },
    });
    await expect(installPart(interrupted, folder, onProgress, abort.signal)).rejects.toThrow('Ctrl-C');
    expect(isInstalled(part(), folder)).toBe(false);
    await installPart(part({ inPlace }), folder, onProgress);
    expect(readFileSync(path.join(folder, 'file'), 'utf8')).toBe('content');
  });

  test('does not count when a file it provides is gone', async () => {
    await installPart(part(), folder, onProgress);
    rmSync(path.join(folder, 'file'));
    expect(isInstalled(part(), folder)).toBe(false);
  });

  test('keeps the old version when the new one fails', async () => {
    await installPart(part(), folder, onProgress);
    const failing = part({ stamp: () => 'v2', install: () => Promise.reject(new Error('no space')) });
    await expect(installPart(failing, folder, onProgress)).rejects.toThrow(
      'the part could not be installed: no space',
    );
    expect(isInstalled(part(), folder)).toBe(true);
  });

  test('tries a failed command again, from an empty folder', async () => {
    let attempts = 0;
    const flaky = part({
      install: (into) => {
        attempts += 1;
        expect(readdirSync(into)).toEqual([]);
        writeFileSync(path.join(into, 'file'), String(attempts));
        return attempts === 1
          ? Promise.reject(new CommandError('the network is away', ''))
          : Promise.resolve();
      },
    });
    await installPart(flaky, folder, onProgress);
    expect(attempts).toBe(2);
    expect(lines).toContain('the part: attempt 1 of 3 failed, trying again …');
  });

  test('is refused when it does not give what it provides', async () => {
    const empty = part({ install: () => Promise.resolve() });
    await expect(installPart(empty, folder, onProgress)).rejects.toThrow(
      'The installation of the part did not give file.',
    );
    expect(existsSync(folder)).toBe(false);
  });

  test('reports a missing source instead of installing forever', () => {
    mkdirSync(folder);
    writeFileSync(path.join(folder, '.installed'), 'v1');
    const lost = part({ stamp: () => hashOf([path.join(root, 'nothing')]) });
    expect(() => isInstalled(lost, folder)).toThrow('nothing');
  });
});

describe('the hash of sources', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'hash-test-'));
    mkdirSync(path.join(root, 'src', 'deep'), { recursive: true });
    writeFileSync(path.join(root, 'src', 'a'), '1');
    writeFileSync(path.join(root, 'src', 'deep', 'b'), '2');
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const hash = (...texts: string[]) => hashOf([path.join(root, 'src')], texts);

  test('changes with a content, a name, a text; not with build results', () => {
    const before = hash();
    mkdirSync(path.join(root, 'src', 'target'));
    writeFileSync(path.join(root, 'src', 'target', 'c'), '3');
    expect(hash()).toBe(before);
    expect(hash('x')).not.toBe(before);
    writeFileSync(path.join(root, 'src', 'deep', 'b'), '3');
    const changed = hash();
    expect(changed).not.toBe(before);
    writeFileSync(path.join(root, 'src', 'deep', 'c'), '');
    expect(hash()).not.toBe(changed);
  });
});

describe('the MariaDB archive', () => {
  test('is chosen by the machine, and a machine without one is told', () => {
    expect(mariaDbPlatform('linux', 'x64')).toBe('linux64');
    expect(mariaDbPlatform('darwin', 'arm64')).toBe('macos-arm64');
    expect(() => mariaDbPlatform('linux', 'arm64')).toThrow('no MariaDB archive for linux/arm64');
  });
});

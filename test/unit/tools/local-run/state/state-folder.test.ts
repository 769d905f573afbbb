import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openState, stateFolder, writeJson } from '../../../../../tools/local-run/state/state-folder';
import { requireStopped, resetState } from '../../../../../tools/local-run/state/reset';

describe('the state folder', () => {
  let root: string;
  let folder: string;
  let stateFile: string;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'state-test-'));
    folder = stateFolder('me', root);
    stateFile = path.join(folder, 'state.json');
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  test('is made for its owner alone', () => {
    const state = openState('me', root);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(stateFile).mode & 0o777).toBe(0o600);
    state.close();
  });

  test('says where it cannot be made', () => {
    writeFileSync(path.join(root, 'file'), '');
    expect(() => openState('me', path.join(root, 'file'))).toThrow(
      `The state folder ${path.join(root, 'file', 'me')} cannot be made: E`,
    );
  });

  test('keeps its access key id and ports', () => {
    const first = openState('me', root);
    first.savePorts({ kafka: 20_001 });
    first.close();
    const second = openState('me', root);
    expect(second.file).toEqual({ ...first.file, ports: { kafka: 20_001 } });
    expect(second.file.accessKeyId).toMatch(/^LOCAL[0-9A-F]{15}$/);
    second.close();
  });

  test('has an access key id of its own', () => {
    const [one, two] = [openState('me', root), openState('you', root)];
    expect(one.file.accessKeyId).not.toBe(two.file.accessKeyId);
    one.close();
    two.close();
  });

  test('is not opened twice', () => {
    const state = openState('me', root);
    expect(() => openState('me', root)).toThrow(
      `The pipeline of the user id "me" is running already, in the process with pid ${process.pid}.`,
    );
    state.close();
  });

  test.each([
    ['no state.json, but data', () => undefined, /its state.json is missing/],
    ['half a state.json', () => '{"version":1,"user', /is not to be read/],
    ['an empty state.json', () => '', /is not to be read/],
    ['no version', () => '{}', /has no version/],
    ['null', () => 'null', /has no version/],
    ['another version', () => '{"version":2}', /it has version 2, and version 1 was expected/],
    ['no access key id', () => '{"version":1,"userId":"me","ports":{}}', /lacks the access key id/],
    [
      'impossible ports',
      (good: string) => good.replace('"ports": {}', '"ports": {"kafka": "x"}'),
      /lacks the access key id or the ports/,
    ],
    ['another user id', (good: string) => good.replace('"me"', '"you"'), /belongs to the user id "you"/],
  ])('with %s is refused, with how to fix it', (_, content, message) => {
    openState('me', root).close();
    const text = content(readFileSync(stateFile, 'utf8'));
    mkdirSync(path.join(folder, 'kafka'));
    if (text === undefined) rmSync(stateFile);
    else writeFileSync(stateFile, text);
    expect(() => openState('me', root)).toThrow(message);
    expect(() => openState('me', root)).toThrow('npm run reset -- --user-id me');
    expect(readdirSync(folder)).not.toContain('lock');
  });

  test('with only a dead lock and a draft in it counts as new', () => {
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'lock'), '{');
    writeFileSync(path.join(folder, 'state.json.123.new'), '{');
    openState('me', root).close();
  });

  test('that is broken is forgotten by reset', async () => {
    openState('me', root).close();
    writeFileSync(stateFile, '{');
    mkdirSync(path.join(folder, 'kafka', 'data'), { recursive: true });
    expect(await resetState('me', root)).toBe(true);
    expect(readdirSync(root)).toEqual([]);
    expect(await resetState('me', root)).toBe(false);
  });

  test('is not forgotten while it is in use', async () => {
    const state = openState('me', root);
    await expect(resetState('me', root)).rejects.toThrow('is running already');
    expect(readdirSync(folder)).toContain('state.json');
    state.close();
  });

  test('of several, one in use is found before any is forgotten', () => {
    openState('idle', root).close();
    const state = openState('me', root);
    expect(() => {
      requireStopped(['idle', 'new', 'me'], root);
    }).toThrow('The pipeline of the user id "me" is running already');
    state.close();
    requireStopped(['idle', 'new', 'me'], root);
    expect(readdirSync(root).sort()).toEqual(['idle', 'me']);
  });

  test('is written in one step: a failed write leaves the old file and no draft', () => {
    openState('me', root).close();
    const before = readFileSync(stateFile, 'utf8');
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(() => {
      writeJson(stateFile, loop);
    }).toThrow();
    expect(readFileSync(stateFile, 'utf8')).toBe(before);
    expect(readdirSync(folder)).toEqual(['state.json']);
  });
});

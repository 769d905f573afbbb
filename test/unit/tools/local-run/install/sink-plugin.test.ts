import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mavenCopyArguments, parseSinkPluginPlace } from '../../../../../tools/local-run/install/sink-plugin';

describe('the place of a sink plugin', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sink-plugin-test-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test('is a zip, by its content and not by its name', () => {
    writeFileSync(path.join(folder, 'plugin.bin'), 'PK\x03\x04 and more', 'latin1');
    const zip = path.join(folder, 'plugin.bin');
    expect(parseSinkPluginPlace(zip)).toEqual({ type: 'zip', path: zip });
    expect(parseSinkPluginPlace('plugin.bin', folder)).toEqual({ type: 'zip', path: zip });
  });

  test('is a folder with jars at any depth', () => {
    mkdirSync(path.join(folder, 'plugin', 'lib'), { recursive: true });
    writeFileSync(path.join(folder, 'plugin', 'lib', 'a.jar'), '');
    const found = path.join(folder, 'plugin');
    expect(parseSinkPluginPlace('./plugin', folder)).toEqual({ type: 'folder', path: found });
  });

  test.each(['io.example:s3-sink:1.2.3', 'io.example:s3-sink:1.2.3:zip'])('is Maven’s %s', (text) => {
    expect(parseSinkPluginPlace(text)).toEqual({
      type: 'maven',
      coordinates: 'io.example:s3-sink:1.2.3:zip',
    });
  });

  test.each([
    ['nothing.zip', /There is no .*nothing\.zip: expected a zip, a folder/],
    ['', /No place is given: expected a zip/],
    ['text.zip', /text\.zip is no zip/],
    ['empty.zip', /empty\.zip is no zip/],
    ['a:b', /coordinates "a:b" cannot be used: expected "group:artifact:version"/],
    ['a:b:', /cannot be used/],
    ['a:b:1:jar', /cannot be used/],
    ['a:b:1:zip:c', /cannot be used/],
    ['a b:c:1', /cannot be used/],
    ['a:b:1,c:d:2', /cannot be used/],
    ['a:b:/1', /There is no/],
  ])('is not %j', (text, message) => {
    writeFileSync(path.join(folder, 'text.zip'), 'no zip');
    writeFileSync(path.join(folder, 'empty.zip'), '');
    expect(() => parseSinkPluginPlace(text, folder)).toThrow(message);
  });

  test('is copied by a pinned Maven plugin', () => {
    expect(mavenCopyArguments('io.example:s3-sink:1.2.3:zip', '/into')).toEqual([
      'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy',
      '-Dartifact=io.example:s3-sink:1.2.3:zip',
      '-DoutputDirectory=/into',
    ]);
  });
});

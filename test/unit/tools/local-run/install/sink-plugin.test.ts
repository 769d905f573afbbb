import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sinkPluginChoice } from '../../../../../tools/local-run/install/sink-plugin';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sink-plugin-test-'));
  writeFileSync(path.join(folder, 'plugin.zip'), 'PK');
  writeFileSync(path.join(folder, 'plugin.json'), '{"connector.class":"com.example.Sink"}');
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('a plugin is a zip and its configuration, from the folder of the person', () => {
  const choice = { zip: path.join(folder, 'plugin.zip'), config: path.join(folder, 'plugin.json') };
  expect(sinkPluginChoice('plugin.zip', './plugin.json', folder)).toEqual(choice);
  expect(sinkPluginChoice(choice.zip, choice.config)).toEqual(choice);
});

test.each([
  ['nothing.zip', 'plugin.json', /There is no file .*nothing\.zip/],
  ['', 'plugin.json', /There is no file/],
  ['plugin.zip', 'nothing.json', /"sinkPluginConfig" is ".*nothing\.json", which cannot be used/],
  ['plugin.zip', '', /"sinkPluginConfig" is .* cannot be used/],
])('%j with %j is none', (zip, config, message) => {
  expect(() => sinkPluginChoice(zip, config, folder)).toThrow(message);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPluginConfig } from '../../../../lib/stages/sink';
import { SettingError } from '../../../../lib/stages';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plugin-config-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function read(content: unknown): Readonly<Record<string, string>> | undefined {
  const file = join(folder, 'plugin.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readPluginConfig(() => file);
}

test("another sink plugin's configuration is a JSON object of texts", () => {
  const config = { 'connector.class': 'com.example.Sink', 'aws.secret': '${env:AWS_SECRET_ACCESS_KEY}' };
  expect(read(config)).toEqual(config);
  expect(readPluginConfig(() => undefined)).toBeUndefined();
});

test.each([['no JSON'], [[]], [null], ['null'], [{}], [{ 'connector.class': 'a.B', 'tasks.max': 3 }]])(
  'refuses %j',
  (content) => {
    expect(() => read(content)).toThrow(SettingError);
    expect(() => read(content)).toThrow('one JSON object of properties, all of them texts');
  },
);

test.each(['aws.secret.access.key', 'aws.access.key.id', 'store.password'])(
  'refuses a %s that is no reference, and does not repeat it',
  (name) => {
    const config = { 'connector.class': 'com.example.Sink', [name]: 'wJalrXUtnFEMI' };
    expect(() => read(config)).toThrow(new RegExp(`has ${name} in clear: expected references`));
    expect(() => read(config)).not.toThrow(/wJalrXUtnFEMI/);
  },
);

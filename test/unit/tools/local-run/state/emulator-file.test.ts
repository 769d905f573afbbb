import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  readEmulatorFile,
  removeEmulatorFile,
  writeEmulatorFile,
} from '../../../../../tools/local-run/state/emulator-file';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'emulator-file-test-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('what was written is read, until it is removed', () => {
  expect(readEmulatorFile(folder)).toBeUndefined();
  writeEmulatorFile(folder, { paused: true, rate: 0.5 });
  expect(readEmulatorFile(folder)).toEqual({ paused: true, rate: 0.5 });
  removeEmulatorFile(folder);
  expect(readEmulatorFile(folder)).toBeUndefined();
});

test.each([-1, NaN, Infinity, '10' as unknown as number])(
  'the rate %p is refused, and nothing changes',
  (rate) => {
    writeEmulatorFile(folder, { paused: false, rate: 3 });
    expect(() => {
      writeEmulatorFile(folder, { paused: false, rate });
    }).toThrow(/rate .* cannot be used: expected posts a second/);
    expect(readEmulatorFile(folder)).toEqual({ paused: false, rate: 3 });
  },
);

test.each(['', 'null', '{"paused":true}', '{"paused":"no","rate":1}', '{"paused":true,"rate":"1"}'])(
  'a file of %j says nothing',
  (text) => {
    writeFileSync(path.join(folder, 'emulator.json'), text);
    expect(readEmulatorFile(folder)).toBeUndefined();
  },
);

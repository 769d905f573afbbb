import {
  appendFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { limitLog, tail } from '../../../../tools/processes/log-file';

describe('a log file', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'log-test-'));
    file = path.join(folder, 'x.log');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test('has a tail of its last lines', () => {
    expect(tail(file)).toBe('');
    writeFileSync(file, Array.from({ length: 100 }, (_, n) => `line ${n}\n`).join(''));
    expect(tail(file, 2)).toBe('line 98\nline 99');
    appendFileSync(file, 'x'.repeat(1_000_000));
    expect(tail(file, 1).length).toBeLessThanOrEqual(32 * 1024);
  });

  test('that is too long is emptied under its writer, who continues at the start', () => {
    const writer = openSync(file, 'a');
    writeSync(writer, 'a'.repeat(101));
    limitLog(file, 100);
    writeSync(writer, 'b');
    expect(readFileSync(file, 'utf8')).toBe('b');
    expect(readFileSync(`${file}.1`, 'utf8')).toBe('a'.repeat(101));
  });

  test('that is short, or not there, is left alone', () => {
    limitLog(file, 100);
    writeFileSync(file, 'a'.repeat(100));
    limitLog(file, 100);
    expect(readFileSync(file, 'utf8')).toHaveLength(100);
  });
});

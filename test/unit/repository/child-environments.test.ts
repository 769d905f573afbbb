/** Every child process gets its environment by the one function that makes environments. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');

/** Calls that start a process, with all their arguments as far as the closing bracket at the end of a line. */
const STARTS = /(?<![\w.])(spawn|spawnSync|execFile|execFileSync|exec|execSync|fork)\([^;]*?\)(;|\.| \?)/gs;
/** Where `childEnvironment` makes what the call passes on, by the name of the variable. */
const PASSED_ON: Readonly<Record<string, string>> = {
  'tools/processes/child.ts': '...spec.env',
};
/** Plain JavaScript, which cannot call it, and makes an environment of its own of three variables. */
const OWN = 'tools/processes/identity.cjs';

test('no process is started in another way', () => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((name) => /\.(ts|cjs|mjs|js)$/.test(name) && !name.startsWith('test/') && name !== OWN);
  const starts = files.flatMap((name) => {
    const text = readFileSync(join(ROOT, name), 'utf8');
    if (!text.includes('node:child_process')) return [];
    return [...text.matchAll(STARTS)].map(([call]) => ({ name, call }));
  });
  expect(starts.length).toBeGreaterThanOrEqual(4);
  const others = starts.filter(
    ({ name, call }) => !/(child|aws)Environment\(/.test(call) && !call.includes(PASSED_ON[name] ?? '\0'),
  );
  expect(others).toEqual([]);
});

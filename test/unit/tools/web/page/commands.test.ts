import { execFileSync } from 'node:child_process';
import { commandLine } from '../../../../../tools/web/page/commands';

test.each([
  [null, 'npm run pipeline -- batch'],
  [{ stage: 'local', userId: 'pinterest' }, 'npm run pipeline -- batch'],
  [{ stage: 'local', userId: 'me' }, 'npm run pipeline -- batch --user-id me'],
  [{ stage: 'dev', userId: 'pinterest' }, 'npm run pipeline -- batch --stage dev'],
])('of the pipeline %p', (about, line) => {
  expect(commandLine(about, ['batch'])).toBe(line);
});

test('a shell reads each argument as it was', () => {
  const sql = `SELECT 'it''s', "a b" FROM pin WHERE title LIKE '$HOME\\%' -- \`ls\`\n`;
  const line = commandLine(null, ['sql', sql, '']).replace('npm run pipeline --', "printf '%s|'");
  expect(execFileSync('sh', ['-c', line], { encoding: 'utf8' })).toBe(`sql|${sql}||`);
});

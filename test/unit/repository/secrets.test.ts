/** No secret is in a file of the repository. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findSecrets } from './secrets';

const ROOT = join(__dirname, '../../..');
/** What is put together here must not itself be found. */
const joined = (...parts: readonly string[]): string => parts.join('');

test('no tracked file has one', () => {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter((name) => name !== '' && existsSync(join(ROOT, name)) && statSync(join(ROOT, name)).isFile());
  expect(tracked.length).toBeGreaterThan(300);
  const found = tracked.flatMap((name) => {
    const content = readFileSync(join(ROOT, name));
    // An archive has no lines.
    if (content.includes(0)) return [];
    return findSecrets(content.toString('utf8')).map((finding) => ({ name, ...finding }));
  });
  expect(found).toEqual([]);
});

describe('what is found', () => {
  const random = (characters: number): string =>
    // Hexadecimal digits alone are those of a checksum.
    `q7Z${randomBytes(characters).toString('base64url').replaceAll(/[-_]/g, 'x')}`.slice(0, characters);

  test.each<[string, string]>([
    ['private key', joined('-----BEGIN ', 'OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA')],
    ['private key', joined('-----BEGIN ', 'PRIVATE KEY-----\r\nMIIEvQIBADANBg')],
    ['AWS access key', joined('id = AKIA', 'IOSFODNN7EXAMPLE')],
    ['AWS access key', joined('ASIA', 'Y34FZKBOKMUTVV7A')],
    ['GitHub token', joined('ghp', '_', random(40))],
    ['Slack token', joined('xoxb', '-123456789012-', random(24))],
    ['npm token', joined('npm', '_', random(36))],
    ['PyPI token', joined('pypi', '-', random(60))],
    ['Google key', joined('AIza', random(35))],
    ['JSON web token', joined('eyJ', 'hbGciOiJIUzI1NiJ9.eyJ', 'zdWIiOiIxMjM0In0.', random(43))],
    ['password in an address', joined('mysql://root:', 'hunter2@db.example:3306/x')],
    ['value of a secret', joined('pass', `word: "${random(24)}"`)],
    ['value of a secret', joined('{ secretAccess', `Key: '${random(40)}' }`)],
    ['value of a secret', joined('export API_', `TOKEN=${random(32)}`)],
    ['value of a secret', joined('aws_secret_access_', `key = ${random(40)}`)],
  ])('a %s', (kind, text) => {
    expect(findSecrets(`first line\n${text}\nlast line`)).toEqual([
      expect.objectContaining({ kind, line: 2 }),
    ]);
  });

  test.each([
    "generateStringKey: 'password'",
    "secretAccessKey: 'local'",
    "password: '${PASSWORD}'",
    "token: await signer.generateAuthToken({ region: 'eu-west-1' })",
    "secretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mine-AbCdEf'",
    '"SourceSecret15116B74": "AWS::SecretsManager::Secret"',
    'https://user@example.com/path',
    '-----BEGIN PUBLIC KEY-----\nMIIB',
    'expect(text).not.toMatch(/PRIVATE KEY/)',
  ])('nothing in %s', (text) => {
    expect(findSecrets(text)).toEqual([]);
  });
});

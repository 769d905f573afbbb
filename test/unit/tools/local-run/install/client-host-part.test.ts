import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkJars, CLIENT_HOST } from '../../../../../tools/local-run/install/client-host-part';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'jars-test-'));
  writeFileSync(path.join(folder, 'a.jar'), '');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('jars that are those of the list pass', () => {
  checkJars(folder, `${EMPTY}  a.jar\n`);
});

test('a changed, a missing and a new jar are all named', () => {
  writeFileSync(path.join(folder, 'new.jar'), '');
  const list = `${EMPTY.replace('e3', '00')}  a.jar\n${EMPTY}  gone.jar\n`;
  expect(() => {
    checkJars(folder, list);
  }).toThrow(
    new RegExp(
      `a\\.jar: ${EMPTY}, expected 00b0.*\n.*gone\\.jar: missing, expected ${EMPTY}\n.*new\\.jar: ${EMPTY}, expected not to be there`,
    ),
  );
});

test('the list in the repository has the versions that the local run has', () => {
  const read = (name: string): string => readFileSync(path.join(__dirname, '../../../../..', name), 'utf8');
  const kafka = /<kafka\.version>(.*)<\/kafka\.version>/;
  const version = kafka.exec(read('tools/local-run/install/kafka/pom.xml'))?.[1] ?? '';
  expect(kafka.exec(read('lib/client-host/assets/pom.xml'))?.[1]).toBe(version);
  const list = read('lib/client-host/assets/jars.sha256');
  expect(list).toContain(`  kafka-tools-${version}.jar\n`);
  expect(list).toMatch(/ {2}aws-msk-iam-auth-[\d.]+-all\.jar\n/);
});

test('the stamp is the same as long as no source changes', () => {
  expect(CLIENT_HOST.stamp()).toBe(CLIENT_HOST.stamp());
});

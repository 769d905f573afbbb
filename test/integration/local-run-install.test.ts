/** The installation into an empty folder, by processes that compete and die. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { processesWith, start, startCommand, untilNoneWith, type Start } from './local-run-harness';

jest.setTimeout(900_000);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'local-run-install-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Installs one part in a process of its own, into this test's folder. */
function install(part: string, env: Readonly<Record<string, string>> = {}): Start {
  const script = `require('./tools/local-run/install.ts').ensureParts(console.log, { only: ['${part}'] })
    .catch((error) => { console.error(error.message); process.exit(1); });`;
  const args = ['--import', 'tsx', '-e', script];
  return startCommand(process.execPath, args, { PIPELINE_LOCAL_DIR: folder, ...env });
}

test('of three processes at once, one installs and the others wait for it', async () => {
  const starts = [install('rest-proxy'), install('rest-proxy'), install('rest-proxy')];
  const ends = await Promise.all(starts.map((one) => one.ended()));
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
  const output = starts.map((one) => one.output()).join('');
  expect(output.match(/^installed the Kafka REST proxy/gm)).toHaveLength(1);
  expect(readdirSync(path.join(folder, 'parts', 'rest-proxy'))).toContain('main.js');
  expect(readdirSync(path.join(folder, 'parts'))).toEqual(['rest-proxy']);
});

test('a process killed in mid-installation leaves no Maven behind, and the next one does it again', async () => {
  const killed = install('kafka');
  await killed.until(/installing Kafka/);
  const libs = path.join(folder, 'parts', 'kafka.building', 'libs');
  const mavens = () => processesWith(libs).filter((line) => line.includes('copy-dependencies'));
  for (let tries = 0; mavens().length === 0 && tries < 3000; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(mavens()).not.toEqual([]);
  killed.process.kill('SIGKILL');
  await killed.ended();
  expect(await untilNoneWith(libs)).toEqual([]);
  expect(existsSync(path.join(folder, 'parts', 'kafka'))).toBe(false);

  const next = install('kafka');
  expect((await next.ended(600)).code).toBe(0);
  expect(readdirSync(path.join(folder, 'parts', 'kafka', 'libs')).length).toBeGreaterThan(50);
  expect(readdirSync(path.join(folder, 'parts'))).toEqual(['kafka']);
});

test('Ctrl-C in the middle of the installation ends Maven and pip, with exit code 130', async () => {
  const one = start(['--once'], { PIPELINE_LOCAL_DIR: folder });
  await one.until(/installing Python packages/);
  for (let tries = 0; processesWith(folder).length < 3 && tries < 3000; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  one.interrupt();
  expect((await one.ended(30)).code).toBe(130);
  expect(await untilNoneWith(folder, 1)).toEqual([]);
});

test('missing tools are named before anything is downloaded', async () => {
  const lost = install('kafka', { PATH: '/nonexistent', JAVA_HOME: '' });
  expect((await lost.ended()).code).toBe(1);
  expect(lost.output()).toMatch(/- java: not found; needed: a Java run-time of version 17/);
  expect(lost.output()).toMatch(/- mvn: not found; needed: Maven 3\.6\.3/);
  expect(lost.output()).not.toContain('python3');
});

test('a first start without any tool names all of them at once', async () => {
  const lost = start(['--once'], { PIPELINE_LOCAL_DIR: folder, PATH: '/nonexistent', JAVA_HOME: '' });
  expect((await lost.ended()).code).toBe(1);
  for (const tool of ['java', 'javac', 'mvn', 'python3']) {
    expect(lost.output()).toContain(`- ${tool}: not found; needed: `);
  }
  expect(readdirSync(folder)).toEqual([]);
});

test('what Maven said is shown when it fails', async () => {
  const failing = install('kafka', { MAVEN_ARGS: '', MAVEN_OPTS: '-Dno.such.option -XX:NoSuchOption' });
  expect((await failing.ended()).code).toBe(1);
  expect(failing.output()).toMatch(/mvn: does not run .*NoSuchOption/);
});

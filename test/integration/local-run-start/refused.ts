/** Starts that are refused, each with what is wrong and how to go on. */
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { STATES_ROOT } from '../../../tools/local-run/paths';
import { findProgram } from '../../../tools/processes/find-program';
import { startCommand, startReset, type Starts } from '../local-run-harness';
import { ODD_FOLDER } from '../support/odd-folder';

/** The tests. */
export function refusedStarts(starts: Starts): void {
  const { userId, folder, few } = starts;

  test('a wrong flag ends with exit code 2', async () => {
    const one = starts.run(['--user-id', 'a/b']);
    expect((await one.ended(120)).code).toBe(2);
    expect(one.output()).toMatch(/"a\/b" cannot be used/);
  });

  test('a fixed port that is taken is named', async () => {
    const server = createServer().listen({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const one = starts.run(['--once', ...few, '--kafka-port', String(port)]);
      expect((await one.ended(180)).code).toBe(1);
      expect(one.output()).toContain(`Port ${port}, wanted for the local run (kafka), is taken`);
    } finally {
      server.close();
    }
  });

  test('a half-written state folder is refused until it is reset', async () => {
    mkdirSync(path.join(folder, 'kafka'), { recursive: true });
    writeFileSync(path.join(folder, 'state.json'), '{"version":1,"us');
    const one = starts.run(['--once', ...few]);
    expect((await one.ended(180)).code).toBe(1);
    expect(one.output()).toContain(`npm run reset -- --user-id ${userId}`);

    const reset = startReset(userId);
    expect((await reset.ended()).code).toBe(0);
    expect(existsSync(folder)).toBe(false);
  });

  test('a state folder that cannot be used is refused before anything is written', async () => {
    const PIPELINE_LOCAL_DIR = path.join(ODD_FOLDER, 'state', `${userId}-a,b`);
    const refused = `The state folder ${JSON.stringify(PIPELINE_LOCAL_DIR)} cannot be used: its path has a`;
    const commands = [
      'tools/cli/start.mjs',
      'tools/cli/reset.ts',
      'tools/cli/pipeline.ts',
      'tools/cli/package.ts',
      'test/run-all.ts',
    ];
    for (const file of commands) {
      const args = file === 'tools/cli/pipeline.ts' ? [file, 'status'] : [file];
      const one = startCommand(process.execPath, ['--import', 'tsx', ...args], { PIPELINE_LOCAL_DIR });
      expect((await one.ended(120)).code).toBe(1);
      expect(one.output()).toContain(refused);
    }
    expect(existsSync(PIPELINE_LOCAL_DIR)).toBe(false);
  });

  test('a missing tool is named', async () => {
    const bin = path.join(STATES_ROOT, `${userId}-bin`);
    mkdirSync(bin, { recursive: true });
    try {
      symlinkSync(findProgram('python3') ?? '', path.join(bin, 'python3'));
      for (const name of ['sh', 'env']) symlinkSync(findProgram(name) ?? '', path.join(bin, name));
      const one = starts.run(['--once', ...few], { PATH: bin, JAVA_HOME: '' });
      expect((await one.ended(180)).code).toBe(1);
      expect(one.output()).toContain('- java: not found; needed: a Java run-time of version 17 or newer');
    } finally {
      rmSync(bin, { recursive: true });
    }
  });
}

import { CommandError, runCommand } from '../../../../tools/processes/run-command';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTime } from '../../../../tools/processes/identity.cjs';

const NODE = process.execPath;

describe('running a command', () => {
  test('gives standard output, and lines of both streams', async () => {
    const lines: string[] = [];
    const script = 'console.log("out 1"); console.error("err 1"); console.log("out 2");';
    const output = await runCommand(NODE, ['-e', script], { onLine: (line) => lines.push(line) });
    expect(output).toBe('out 1\nout 2\n');
    expect(lines.sort()).toEqual(['err 1', 'out 1', 'out 2']);
  });

  test('passes input', async () => {
    expect(await runCommand('cat', [], { input: 'a secret\n' })).toBe('a secret\n');
    await runCommand('true', [], { input: 'x'.repeat(1_000_000) }); // Not read: no error.
  });

  test('fails with the exit code and the end of what was said', async () => {
    const failing = runCommand(NODE, ['-e', 'console.error("it broke"); process.exit(3)']);
    await expect(failing).rejects.toThrow(/failed with exit code 3\.\nit broke/);
    await expect(failing).rejects.toBeInstanceOf(CommandError);
  });

  test('fails when the program is not there', async () => {
    await expect(runCommand('no-such-program', [])).rejects.toThrow(/no-such-program could not be started/);
  });

  test('is ended with all its children when it takes too long', async () => {
    const script = `
      const child = require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'],
        { detached: true, stdio: 'inherit' });
      console.log(child.pid);
      process.on('SIGTERM', () => {});
      setTimeout(() => {}, 60000);`;
    let pid = 0;
    const command = runCommand(NODE, ['-e', script], {
      timeoutMs: 5_000,
      onLine: (line) => (pid = Number(line)),
    });
    await expect(command).rejects.toThrow('did not end within 5 s');
    expect(pid).toBeGreaterThan(0);
    // It was killed; a busy system takes a moment to take it away.
    for (let tries = 0; startTime(pid) !== undefined && tries < 50; tries += 1) await sleep(100);
    expect(startTime(pid)).toBeUndefined();
  });

  test('is ended when aborted, for the reason given', async () => {
    const abort = new AbortController();
    const command = runCommand('sleep', ['60'], { signal: abort.signal });
    setTimeout(() => {
      abort.abort(new Error('Ctrl-C'));
    }, 100);
    await expect(command).rejects.toThrow('Ctrl-C');
    await expect(runCommand('sleep', ['60'], { signal: abort.signal })).rejects.toThrow('Ctrl-C');
  });
});

/**
 * A root of its own to try the client host's scripts in, made of Linux namespaces, for which no one needs to be root.
 * Only what cannot be here is stood in for: see `stand-ins/`.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { javaProgram } from '../../../tools/local-run/parts/java';

const SUPPORT = __dirname;
const PATH = '/stand-ins:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a command did. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The home of the Java at hand. */
function javaHome(): string {
  const settings = spawnSync(javaProgram(), ['-XshowSettings:properties', '-version'], { encoding: 'utf8' });
  const home = /^\s*java\.home = (.*)$/m.exec(settings.stderr)?.[1];
  if (home === undefined) throw new Error(`Java does not say where it is: ${settings.stderr}`);
  return home;
}

/** See the module's comment. */
export class LocalRoot {
  private constructor(
    private readonly folder: string,
    private readonly holder: ChildProcess,
  ) {}

  /**
   * Makes a root.
   *
   * @param fetched a folder with what `aws s3 cp` finds: `<bucket>/<key>`.
   * @throws Error with what was said where namespaces or overlays are missing (Linux only).
   */
  static async make(fetched: string): Promise<LocalRoot> {
    const folder = mkdtempSync(path.join(tmpdir(), 'local-root-'));
    const script = path.join(SUPPORT, 'local-root.sh');
    const args = [script, folder, path.join(SUPPORT, 'stand-ins'), fetched, process.execPath, javaHome()];
    const holder = spawn('unshare', ['--user', '--map-root-user', '--mount', 'bash', ...args]);
    let output = '';
    holder.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    const ready = once(holder.stdout, 'data');
    const ended = once(holder, 'exit').then(() => {
      throw new Error(`A root in namespaces of its own cannot be made here: ${output}`);
    });
    await Promise.race([ready, ended]);
    ended.catch(() => undefined);
    return new LocalRoot(folder, holder);
  }

  /** The command line that runs something in the root, with this environment and no other. */
  command(env: Readonly<Record<string, string>>, command: readonly string[]): [string, string[]] {
    const pid = String(this.holder.pid);
    const all = { PATH, HOME: '/root', LC_ALL: 'C.UTF-8', ...env };
    const variables = Object.entries(all).map(([name, value]) => `${name}=${value}`);
    const enter = ['--user', '--mount', '--target', pid, '--preserve-credentials', '--wd=/'];
    return ['nsenter', [...enter, 'chroot', this.folder, '/usr/bin/env', '-i', ...variables, ...command]];
  }

  /** Runs a command in the root to its end. */
  run(env: Readonly<Record<string, string>>, ...command: string[]): Outcome {
    const [program, args] = this.command(env, command);
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 300_000 });
    return { code: status, stdout, stderr };
  }

  /** The standard output of a shell command in the root. @throws Error when it fails. */
  shell(script: string): string {
    const [program, args] = this.command({}, ['bash', '-c', `set -euo pipefail\n${script}`]);
    return execFileSync(program, args, { encoding: 'utf8' });
  }

  /** Removes the root and all that is in it. */
  async remove(): Promise<void> {
    const ended = once(this.holder, 'exit');
    this.holder.stdin?.end();
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}

/**
 * MiniStack: the local AWS.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installedParts } from '../install';
import { PROJECT_ROOT } from '../paths';
import { choosePorts } from '../ports';
import { childEnvironment } from '../../processes/environment';
import {
  emptyFolder,
  httpProbe,
  startPart,
  withLog,
  type PartOptions,
  type RunningPart,
} from './part-process';

/** Options of {@link startMiniStack}. */
export interface MiniStackOptions extends PartOptions {
  /** The port of all services; a free one by default. */
  readonly ports?: { readonly ministack?: number };
  /** Ports to be used again if they are free. */
  readonly preferredPorts?: Readonly<Record<string, number>>;
}

/** A running local AWS; `url` is the endpoint of every service. */
export interface RunningMiniStack extends RunningPart {
  readonly ports: { readonly ministack: number };
  /**
   * Saves what was deployed, which otherwise happens only when it stops in order. S3 objects are on disk at once.
   *
   * @throws Error when it ends meanwhile, or it did not happen within a minute.
   */
  saveState(): Promise<void>;
}

const SAVE_TIMEOUT_MS = 60_000;

/**
 * Starts the local AWS. Its state is in `<stateDir>/ministack` and survives restarts.
 *
 * @throws Error when a fixed port is taken, or it does not become ready.
 */
export async function startMiniStack(options: MiniStackOptions): Promise<RunningMiniStack> {
  const { stateDir, signal } = options;
  const ports = await choosePorts(['ministack'], 'MiniStack', options.ports, options.preferredPorts);
  const url = `http://127.0.0.1:${ports.ministack}`;
  const folder = path.join(stateDir, 'ministack');
  const inFolder = (name: string): string => path.join(folder, name);
  for (const name of ['state', 's3']) mkdirSync(inFolder(name), { recursive: true });
  const temporary = emptyFolder(inFolder('tmp')); // Unpacked functions.
  const part = await startPart({
    name: 'ministack',
    command: installedParts().python,
    args: [path.join(__dirname, '..', 'ministack', 'launch.py')],
    // The Lambda functions get this environment as well; their `node` is the one that runs us.
    env: childEnvironment('local', {
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH ?? ''}`,
      NODE_PATH: path.join(PROJECT_ROOT, 'node_modules'), // The AWS SDK, which Lambda's own run-time brings.
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      GATEWAY_PORT: String(ports.ministack),
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      LOG_LEVEL: 'WARNING',
      PERSIST_STATE: '1',
      STATE_DIR: inFolder('state'),
      S3_PERSIST: '1',
      S3_DATA_DIR: inFolder('s3'),
      TMPDIR: temporary,
      // Servers of their own that nothing here uses; the first would listen on every address.
      SFTP_ENABLED: '0',
      IOT_MTLS_ENABLED: '0',
      DOCKER_HOST: 'unix:///nonexistent', // Containers of other programs are not its business.
    }),
    cwd: folder,
    stateDir,
    signal,
    ports,
    url,
    probe: httpProbe(`${url}/_ministack/health`),
  });
  return { ...part, ports, saveState: () => saveState(part, inFolder('state/saved-at')) };
}

async function saveState(part: RunningPart, note: string): Promise<void> {
  const read = (): string => {
    try {
      return readFileSync(note, 'utf8');
    } catch {
      return '';
    }
  };
  const before = read();
  const state = { hasEnded: false };
  void part.exited.then(() => (state.hasEnded = true));
  part.kill('SIGUSR1');
  const deadline = Date.now() + SAVE_TIMEOUT_MS;
  while (read() === before) {
    if (state.hasEnded) throw new Error('MiniStack ended before its state was saved.');
    if (Date.now() > deadline) {
      throw new Error(
        withLog(`MiniStack did not save its state within ${SAVE_TIMEOUT_MS / 1000} s.`, part.logFile),
      );
    }
    await sleep(20);
  }
}

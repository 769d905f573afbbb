/**
 * `npm run pipeline -- connect`: a shell on the client host, by Session Manager or by SSH. No port of the host need be
 * open: SSH goes through Session Manager too, unless told to go straight to the private address.
 */
import { spawn } from 'node:child_process';
import { findProgram } from '../processes/find-program';
import { childEnvironment } from '../processes/environment';
import { findClientHost, readPrivateKey, type ClientHostInstance } from './client-host';
import { withKeyFile } from './key-file';
import type { StageAws } from '../pipeline/deployment';

/** A way to the host: a session, SSH within a session, SSH to the private address. */
export type ConnectWay = 'session' | 'ssh' | 'ssh-direct';

/** The user of Amazon Linux. */
const USER = 'ec2-user';

/** Quotes a word for a shell where it needs to be. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command as one can type it. */
export function commandText(command: readonly string[]): string {
  return command.map(quote).join(' ');
}

/**
 * The command that connects.
 *
 * @param keyFile the private key's file; not needed for a session.
 */
export function connectCommand(
  way: ConnectWay,
  { instanceId, privateIp }: Pick<ClientHostInstance, 'instanceId' | 'privateIp'>,
  region: string,
  keyFile: string,
): string[] {
  if (way === 'session') return ['aws', 'ssm', 'start-session', '--region', region, '--target', instanceId];
  const proxy = `aws ssm start-session --region ${region} --target %h --document-name AWS-StartSSHSession --parameters portNumber=%p`;
  const through = way === 'ssh' ? ['-o', `ProxyCommand=${proxy}`] : [];
  const host = way === 'ssh' ? instanceId : privateIp;
  // Instances come and go with new host keys; that it is the right one is seen to by AWS, or by the network.
  const hostKey = ['-o', 'StrictHostKeyChecking=accept-new', '-o', `UserKnownHostsFile=/dev/null`];
  return ['ssh', '-i', keyFile, '-o', 'IdentitiesOnly=yes', ...hostKey, ...through, `${USER}@${host}`];
}

/** The programs that a way needs, with how to get them. */
const NEEDED: Readonly<Record<ConnectWay, readonly string[]>> = {
  session: ['aws', 'session-manager-plugin'],
  ssh: ['ssh', 'aws', 'session-manager-plugin'],
  'ssh-direct': ['ssh'],
};

function requirePrograms(way: ConnectWay): void {
  const missing = NEEDED[way].filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) {
    throw new Error(
      `To connect by "${way}" this machine needs ${missing.join(' and ')}: install the AWS command line and its Session Manager plugin, or see the command by --print and run it elsewhere.`,
    );
  }
}

/** Runs a command with this terminal. @returns its exit code, 128 and more when a signal ended it. */
function runHere([program = '', ...args]: readonly string[], signal?: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env: childEnvironment('person') });
    const stop = (): void => {
      child.kill('SIGTERM');
    };
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop);
    child.once('error', reject);
    child.once('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      resolve(code ?? 130);
    });
  });
}

/** Options of {@link connect}. */
export interface ConnectOptions {
  readonly way: ConnectWay;
  /** Print the command and do not run it. For SSH the key stays where it is; how to fetch it is printed too. */
  readonly print?: boolean;
  /** Takes a line for the person. */
  readonly tell: (line: string) => void;
}

/**
 * Connects this terminal to the client host.
 *
 * @returns the exit code of the session; 0 when only printed.
 * @throws Error when no host runs, its key may not be read, or a program is missing.
 */
export async function connect(deployment: StageAws, options: ConnectOptions): Promise<number> {
  const { way, print, tell } = options;
  const { region } = deployment.aws;
  const host = await findClientHost(deployment);
  if (way === 'session') {
    const command = connectCommand(way, host, region, '');
    tell(commandText(command));
    if (print === true) return 0;
    requirePrograms(way);
    return runWithoutInterrupt(command);
  }
  if (print === true) {
    const keyFile = `${host.keyName}.pem`;
    for (const line of fetchKeyCommands(region, host.keyName, keyFile)) tell(line);
    tell(commandText(connectCommand(way, host, region, keyFile)));
    return 0;
  }
  requirePrograms(way);
  const key = await readPrivateKey(deployment, host.keyName);
  return withKeyFile(key, (keyFile, signal) => {
    const command = connectCommand(way, host, region, keyFile);
    tell(commandText(command));
    return runHere(command, signal);
  });
}

/** A session takes Ctrl-C for what runs in it. */
async function runWithoutInterrupt(command: readonly string[]): Promise<number> {
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  try {
    return await runHere(command);
  } finally {
    process.off('SIGINT', ignore);
  }
}

function fetchKeyCommands(region: string, keyName: string, file: string): string[] {
  const id = `aws ec2 describe-key-pairs --region ${region} --key-names ${quote(keyName)} --query 'KeyPairs[0].KeyPairId' --output text`;
  const get = `aws ssm get-parameter --region ${region} --with-decryption --name "/ec2/keypair/$(${id})" --query Parameter.Value --output text`;
  return [`(umask 377 && ${get} > ${quote(file)})`];
}

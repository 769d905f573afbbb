/** The state folder of a user id, and the parts of its run. */
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { probeBroker } from '../parts/kafka';
import { lockHolder } from '../state/lock';
import { leftovers, readRunFile, readRunParts, type RunFile } from '../state/run-file';
import { lockFile, readStateFile, type StateFile } from '../state/state-folder';
import { messageOf } from '../../pipeline/aws-errors';
import { getJson } from '../../pipeline/connector-status';
import { failed, ok, warning, type Check, type Finding } from '../../pipeline/doctor/check';
import { pipelineStart } from '../../pipeline/doctor/remedies';

/** What of a run can be told by its state folder. */
export interface LocalRun {
  readonly userId: string;
  readonly folder: string;
  /** The pid of the live supervisor; undefined when none runs. */
  readonly supervisor: number | undefined;
  /** What `run.json` says; undefined when there is none that can be read. */
  readonly run: RunFile | undefined;
}

/** Looks for the run of a user id. */
export function findRun(userId: string, folder: string): LocalRun {
  return { userId, folder, supervisor: lockHolder(lockFile(folder))?.pid, run: readRunFile(folder) };
}

/** The remembered state; undefined when there is none. @throws Error telling to reset when it cannot be used. */
export function rememberedState({ folder, userId }: LocalRun): StateFile | undefined {
  return existsSync(folder) ? readStateFile(folder, userId) : undefined;
}

/** Whether the state folder can be used. */
export function stateFinding(found: LocalRun): Finding {
  const { folder, userId } = found;
  try {
    const state = rememberedState(found);
    return ok(state === undefined ? `${folder} is not there yet` : `${folder}, version ${state.version}`);
  } catch (error) {
    return failed(messageOf(error), `Forget its data: \`npm run reset -- --user-id ${userId}\`.`);
  }
}

/** Whether it runs, or has left something behind. */
export function runFinding({ userId, folder, supervisor, run }: LocalRun): Finding {
  const start = pipelineStart(userId);
  if (supervisor !== undefined) {
    return run === undefined
      ? warning(`process ${supervisor} holds ${folder} and has started nothing yet`, 'Ask again in a moment.')
      : ok(`runs since ${run.startedAt}, pid ${supervisor}`);
  }
  const left = leftovers(folder);
  if (left.length > 0) {
    const told = left.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ');
    return failed(
      `a run has ended and left behind: ${told}`,
      `${start} ends them and continues with the data.`,
    );
  }
  if (existsSync(lockFile(folder)) || run !== undefined) {
    return warning('a run was killed; its data is there', `${start} continues with it.`);
  }
  return warning(`no pipeline of the user id "${userId}" runs`, `${start} starts one.`);
}

/** How each part is asked whether it does its work. */
const PROBES: Readonly<Record<string, (run: RunFile, signal: AbortSignal) => Promise<unknown>>> = {
  mariadb: ({ database }, signal) => greeting(database.host, database.port, signal),
  kafka: ({ bootstrapServers }) => probeBroker(bootstrapServers),
  'kafka-connect': ({ connectUrl }, signal) => getJson(`${connectUrl}/health`, signal),
  ministack: ({ endpointUrl }, signal) => getJson(`${endpointUrl}/_ministack/health`, signal),
  'rest-proxy': ({ restProxyUrl }, signal) => getJson(`${restProxyUrl}/health/ready`, signal),
};

/** A check for each part of a run. */
export function partChecks({ folder, run }: LocalRun): Check[] {
  if (run === undefined) return [];
  const parts = readRunParts(folder);
  return Object.entries(PROBES).map(([name, probe]) => ({
    check: name,
    ask: async (signal) => {
      const part = parts.find((one) => one.name === name);
      if (part === undefined) {
        return failed(
          'has not been started',
          'The run is starting: ask again in a moment, or see what it prints.',
        );
      }
      const { pid, port, logFile, runs } = part;
      if (!runs) {
        return failed(
          `its process (pid ${pid}) has ended`,
          `The run starts it again within seconds; why it ended is in ${logFile}.`,
        );
      }
      try {
        await probe(run, signal);
        return ok(`pid ${pid}, port ${port}`);
      } catch (error) {
        const cause =
          error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
        return failed(
          `pid ${pid} runs, but does not do its work: ${messageOf(error)}${cause}`,
          `See its log, ${logFile}; if it does not recover, \`kill ${pid}\`: the run starts it again.`,
        );
      }
    },
  }));
}

/** Waits for the first bytes of a server that speaks first, as MySQL's protocol has it. */
function greeting(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
    socket.once('close', () => {
      reject(new Error('the connection was closed before a word was said'));
    });
  });
}

/**
 * Sets up a connector by Kafka Connect's REST interface.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { asSentence } from '../../services/source/sentence';
import { readText, readTexts, wrong } from '../properties';

/** A connector as it is wanted. */
export interface ConnectorProperties {
  /** For example `http://127.0.0.1:8083`. */
  readonly connectUrl: string;
  readonly name: string;
  /** The connector's configuration; `name` is added. */
  readonly config: Readonly<Record<string, string>>;
}

const PAUSE_MS = 500;
const REQUEST_TIMEOUT_MS = 15_000;
const MAX_TRACE_CHARACTERS = 900;
/** While a connector with a new configuration starts, the worker still shows the states of before. */
const STEADY_CHECKS = 3;
/** Of a part that no worker runs. */
const ENDED_STATES: readonly string[] = ['UNASSIGNED', 'FAILED', 'DESTROYED', 'STOPPED'];

/**
 * Reads the custom resource's properties: `{ConnectUrl, Name, Config}`.
 *
 * @throws Error naming the property that is wrong.
 */
export function readConnectorProperties(properties: Readonly<Record<string, unknown>>): ConnectorProperties {
  const connectUrl = readText(properties, 'ConnectUrl').replace(/\/+$/, '');
  if (!/^https?:\/\/[^/]+/.test(connectUrl) || !URL.canParse(connectUrl))
    throw wrong('ConnectUrl', connectUrl, 'a URL like "http://127.0.0.1:8083"');
  const config = readTexts(properties, 'Config');
  if (config['connector.class'] === undefined)
    throw wrong('Config["connector.class"]', undefined, 'the class of the connector');
  return { connectUrl, name: readText(properties, 'Name'), config };
}

/**
 * Creates or updates a connector and waits until it and all its tasks run.
 *
 * @param deadline when to stop trying, in milliseconds since 1970.
 * @returns the number of tasks.
 * @throws Error when the configuration is refused, when it or a task fails (with the end of its trace), or at the
 * deadline (with the last problem).
 */
export async function ensureConnector(wanted: ConnectorProperties, deadline: number): Promise<number> {
  const path = `/connectors/${encodeURIComponent(wanted.name)}`;
  const what = `connector ${JSON.stringify(wanted.name)} at ${wanted.connectUrl}`;
  await untilDone(wanted, deadline, `Setting up the ${what}`, async () => {
    const response = await ask(wanted, 'PUT', `${path}/config`, { ...wanted.config, name: wanted.name });
    if (response.status === 200 || response.status === 201) return response;
    throw response.status === 400
      ? new FinalError(`Kafka Connect refused the configuration of the ${what}: ${response.message}`)
      : new Error(response.message);
  });

  let steady = 0;
  let restarted = false;
  return untilDone(wanted, deadline, `Waiting for the ${what} to run`, async () => {
    const response = await ask(wanted, 'GET', `${path}/status`);
    if (response.status !== 200) {
      steady = 0;
      throw new Error(response.message);
    }
    const states = readStates(response.body);
    const failed = states.find(({ state }) => state === 'FAILED');
    if (failed !== undefined && !restarted) {
      // It may have failed before this update, for a reason that is gone; it gets one chance.
      restarted = true;
      await ask(wanted, 'POST', `${path}/restart?includeTasks=true&onlyFailed=true`);
      throw new Error(`${failed.part} failed and was restarted`);
    }
    if (failed !== undefined) {
      steady -= 1;
      if (steady <= -STEADY_CHECKS)
        throw new FinalError(`The ${what} failed: ${failed.part}: ${shorten(failed.trace)}`);
      throw new Error(`${failed.part} failed: ${shorten(failed.trace)}`);
    }
    const waiting = states.find(({ state }) => state !== 'RUNNING');
    if (waiting !== undefined || states.length < 2) {
      steady = 0;
      throw new Error(waiting === undefined ? 'it has no task yet' : `${waiting.part} is ${waiting.state}`);
    }
    steady = Math.max(0, steady) + 1;
    if (steady < STEADY_CHECKS) throw new Error('it has only just begun to run');
    return states.length - 1;
  });
}

/**
 * Removes a connector and waits until nothing of it runs: a worker responds first and stops the tasks after, which may
 * write until then. One that does not exist is fine. What it consumed stays known to its consumer group, so that a
 * connector of the same name continues where this one ended.
 *
 * @throws Error at the deadline, with the last problem.
 */
export async function removeConnector(
  wanted: Pick<ConnectorProperties, 'connectUrl' | 'name'>,
  deadline: number,
): Promise<void> {
  const what = `connector ${JSON.stringify(wanted.name)} at ${wanted.connectUrl}`;
  const path = `/connectors/${encodeURIComponent(wanted.name)}`;
  await untilDone(wanted, deadline, `Removing the ${what}`, async () => {
    const response = await ask(wanted, 'DELETE', path);
    if (response.status !== 204 && response.status !== 404) throw new Error(response.message);
  });
  await untilDone(wanted, deadline, `Waiting for the ${what} to end`, async () => {
    const response = await ask(wanted, 'GET', `${path}/status`);
    if (response.status === 404) return;
    if (response.status !== 200) throw new Error(response.message);
    const live = readStates(response.body).find(({ state }) => !ENDED_STATES.includes(state));
    if (live !== undefined) throw new Error(`${live.part} is still ${live.state}`);
  });
}

/** A permanent error. */
class FinalError extends Error {}

async function untilDone<T>(
  { connectUrl }: Pick<ConnectorProperties, 'connectUrl'>,
  deadline: number,
  what: string,
  attempt: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof FinalError) throw error;
      if (Date.now() + PAUSE_MS >= deadline)
        throw new Error(
          `${what} was not done in time; the last problem: ${asSentence(problemOf(error))} Check that Kafka Connect runs at ${connectUrl}, then deploy again.`,
          { cause: error },
        );
    }
    await sleep(PAUSE_MS);
  }
}

interface ConnectResponse {
  readonly status: number;
  readonly body: unknown;
  /** What the worker said, for messages. */
  readonly message: string;
}

async function ask(
  { connectUrl }: Pick<ConnectorProperties, 'connectUrl'>,
  method: string,
  path: string,
  body?: Readonly<Record<string, string>>,
): Promise<ConnectResponse> {
  const response = await fetch(`${connectUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const text = await response.text();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const said = isRecord(parsed) && typeof parsed.message === 'string' ? parsed.message : text;
  return { status: response.status, body: parsed, message: `status ${response.status}: ${shorten(said)}` };
}

interface PartState {
  readonly part: string;
  readonly state: string;
  readonly trace: string;
}

/** The states of a connector and its tasks, the connector's first. */
function readStates(status: unknown): PartState[] {
  if (!isRecord(status) || !isRecord(status.connector) || !Array.isArray(status.tasks))
    throw new Error('the status from Kafka Connect cannot be read');
  const read = (part: string, found: Record<string, unknown>): PartState => ({
    part,
    state: typeof found.state === 'string' ? found.state : 'unknown',
    trace: typeof found.trace === 'string' ? found.trace : 'no trace was given',
  });
  const tasks = status.tasks.filter(isRecord);
  return [
    read('the connector', status.connector),
    ...tasks.map((task) => read(`task ${String(task.id)}`, task)),
  ];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A Java trace tells the cause last; its first line and its causes say enough. */
function shorten(trace: string): string {
  const lines = trace.split('\n').filter((line) => !/^\s+(at |\.\.\. )/.test(line));
  const text = lines.join(' ').trim();
  return text.length > MAX_TRACE_CHARACTERS ? `${text.slice(0, MAX_TRACE_CHARACTERS)}…` : text;
}

function problemOf(error: unknown): string {
  if (!isRecord(error)) return String(error);
  // `fetch failed` says nothing; its cause does.
  const { message, cause } = error;
  return isRecord(cause) ? `${String(message)}: ${String(cause.message)}` : String(message);
}

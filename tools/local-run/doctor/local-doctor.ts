/** `doctor`: asks this machine, and the run of a user id if there is one. */
import { STATES_ROOT } from '../paths';
import { stateFolder } from '../state/state-folder';
import { connectorStatus } from '../../pipeline/connector-status';
import { messageOf } from '../../pipeline/aws-errors';
import { localAws } from '../local-deployment';
import type { StageAws } from '../../pipeline/deployment';
import {
  CHECK_LIMIT_MS,
  failed,
  makeCheck,
  makeChecks,
  ok,
  type Check,
  type CheckResult,
  type Finding,
} from '../../pipeline/doctor/check';
import { apiFinding, topicsFinding } from '../../pipeline/doctor/api-checks';
import { withClients, type Clients } from '../../pipeline/doctor/clients';
import { readDeployed, type Deployed } from '../../pipeline/doctor/deployed';
import { restartRemedy } from '../../pipeline/doctor/kafka-checks';
import { diskFinding, memoryFinding, partsFinding, portsFinding, toolChecks } from './machine-checks';
import { answersFinding } from '../../pipeline/doctor/outcome-checks';
import { findRun, partChecks, rememberedState, runFinding, stateFinding, type LocalRun } from './run-checks';
import { stacksFinding } from '../../pipeline/doctor/stack-checks';
import { mappingsFinding, streamsFinding } from '../../pipeline/doctor/stream-checks';

/**
 * The report on this machine and the local run.
 *
 * @param root the folder of the states.
 * @param limitMs how long a check may take; all are made at once, but those of what is deployed, which come after.
 */
export async function doctorOfLocalRun(
  userId: string,
  root: string = STATES_ROOT,
  limitMs: number = CHECK_LIMIT_MS,
): Promise<CheckResult[]> {
  const found = findRun(userId, stateFolder(userId, root));
  const runs = found.supervisor !== undefined;
  const checks: Check[] = [
    ...toolChecks(),
    { check: 'installed parts', ask: () => Promise.resolve(partsFinding()) },
    { check: 'disk', ask: () => diskFinding(root) },
    { check: 'memory', ask: () => Promise.resolve(memoryFinding(runs)) },
    { check: 'state folder', ask: () => Promise.resolve(stateFinding(found)) },
    { check: 'run', ask: () => Promise.resolve(runFinding(found)) },
    ...(runs
      ? partChecks(found)
      : [{ check: 'ports', ask: () => portsFinding(rememberedState(found)?.ports ?? {}) }]),
  ];
  const [machine, deployed] = await Promise.all([
    makeChecks(checks, limitMs),
    runs ? deployedResults(found, limitMs) : [],
  ]);
  return [...machine, ...deployed];
}

async function deployedResults({ userId, run }: LocalRun, limitMs: number): Promise<CheckResult[]> {
  if (run === undefined) return [];
  const stage: StageAws = { userId, stage: 'local', aws: localAws(run) };
  return withClients(stage.aws, async (clients) => {
    let deployed: Deployed | undefined;
    const stacks = await makeCheck(
      {
        check: 'stacks',
        ask: async (signal) => {
          deployed = await readDeployed(clients, stage, signal);
          return stacksFinding(stage, deployed);
        },
      },
      limitMs,
    );
    if (deployed === undefined || deployed.stacks.length === 0) return [stacks];
    const checks = deployedChecks(clients, stage, deployed, run.connectUrl);
    return [stacks, ...(await makeChecks(checks, limitMs))];
  });
}

/** What a stage on AWS is asked, as far as the local one has it. The local API Gateway does not check signatures. */
function deployedChecks(
  clients: Clients,
  stage: StageAws,
  { outputs, resources }: Deployed,
  connectUrl: string,
): Check[] {
  const url = outputs.get('ApiUrl');
  const connector = outputs.get('SinkConnectorName');
  const bucket = outputs.get('SinkBucketName');
  const ids = (type: string): readonly string[] => resources.get(type) ?? [];
  const sinkFinding = async (name: string, signal: AbortSignal): Promise<Finding> => {
    try {
      return ok(await connectorStatus(connectUrl, name, signal));
    } catch (error) {
      return failed(messageOf(error), restartRemedy(connectUrl, name));
    }
  };
  const place = url === undefined ? undefined : { url, keyId: undefined };
  const checks: (Check | undefined)[] = [
    place && { check: 'API', ask: (signal) => apiFinding(stage, place, false, signal) },
    place && { check: 'topics', ask: () => topicsFinding(stage, place) },
    connector === undefined
      ? undefined
      : { check: 'S3 sink', ask: (signal) => sinkFinding(connector, signal) },
    {
      check: 'streams',
      ask: (signal) => streamsFinding(clients, ids('AWS::Kinesis::Stream'), false, signal),
    },
    {
      check: 'appenders',
      ask: (signal) => mappingsFinding(clients, ids('AWS::Lambda::EventSourceMapping'), signal),
    },
    bucket === undefined
      ? undefined
      : { check: 'answers', ask: (signal) => answersFinding(stage, bucket, undefined, signal) },
  ];
  return checks.filter((check) => check !== undefined);
}

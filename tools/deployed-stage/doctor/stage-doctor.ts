/** `doctor --stage`: asks a stage on AWS everything that can be asked of it from outside. */
import type { StageAws } from '../../pipeline/deployment';
import { credentialsFinding } from './account-checks';
import {
  CHECK_LIMIT_MS,
  isWell,
  makeCheck,
  makeChecks,
  warning,
  type CheckResult,
  type Finding,
} from '../../pipeline/doctor/check';
import { withClients } from '../../pipeline/doctor/clients';
import { DEPLOYED_RIGHTS, readDeployed, type Deployed } from '../../pipeline/doctor/deployed';
import { contextFlags } from '../../pipeline/doctor/remedies';
import { stacksFinding } from '../../pipeline/doctor/stack-checks';
import { checksFor } from './stage-checks';
import { stageNeeds } from './stage-needs';

/**
 * The report on a stage: on what is deployed, on what is left of a parked one, or on what can be asked before the first
 * deployment. Without usable credentials there is nothing else to ask.
 *
 * @param limitMs how long a check may take; the first two are waited for one after the other, all others at once.
 */
export async function doctorOfStage(
  stage: StageAws,
  limitMs: number = CHECK_LIMIT_MS,
): Promise<CheckResult[]> {
  return withClients(stage.aws, async (clients) => {
    const credentials = await makeCheck(
      { check: 'credentials', ask: (signal) => credentialsFinding(clients, signal) },
      limitMs,
    );
    if (!isWell([credentials])) return [credentials];
    let deployed: Deployed | undefined;
    const stacks = await makeCheck(
      {
        check: 'stacks',
        right: DEPLOYED_RIGHTS,
        ask: async (signal) => {
          deployed = await readDeployed(clients, stage, signal);
          return deployed.stacks.length === 0 ? nothingDeployed(stage) : stacksFinding(stage, deployed);
        },
      },
      limitMs,
    );
    const checks = checksFor({ stage, clients, needs: stageNeeds(stage.stage) }, deployed);
    return [credentials, stacks, ...(await makeChecks(checks, limitMs))];
  });
}

const nothingDeployed = (stage: StageAws): Finding =>
  warning(
    `nothing is deployed of user id ${stage.userId}, stage ${stage.stage}, in ${stage.aws.region}`,
    `What can be asked beforehand is below. Then deploy: \`npx cdk deploy --all ${contextFlags(stage)}\`.`,
  );

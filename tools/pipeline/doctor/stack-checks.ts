/** Whether the stacks are there and whole. */
import { STACK_PARTS, type StackPart } from '../../../lib/stack-names';
import type { StageAws } from '../deployment';
import { isWhole } from '../pipeline-stacks';
import { failed, ok, together, warning, type Finding } from './check';
import { isParked, type Deployed, type DeployedStack } from './deployed';
import { contextFlags } from './remedies';

/** The parts that a stage may lack, because something that already exists takes their place or no one asked for them. */
const OPTIONAL: readonly StackPart[] = ['network', 'cluster', 'client-host', 'batch'];
/** Those of the local stage, which has no more. */
const LOCAL: readonly StackPart[] = ['source', 'storage', 'kafka', 'stream', 'api', 'emulator'];

/** A cluster takes most of an hour; what takes longer than this waits for something that does not come. */
const STUCK_MS = 2 * 60 * 60_000;

/** The finding on all stacks of a stage. */
export function stacksFinding(stage: StageAws, deployed: Deployed, now: number = Date.now()): Finding {
  const { stacks } = deployed;
  const deploy =
    stage.stage === 'local'
      ? 'Start the pipeline again: `npm start`.'
      : `Deploy all stacks: \`npx cdk deploy --all ${contextFlags(stage)}\`.`;
  const parked = isParked(deployed);
  const wanted = stage.stage === 'local' ? LOCAL : STACK_PARTS.filter((part) => !OPTIONAL.includes(part));
  const missing = parked ? [] : wanted.filter((part) => !stacks.some((stack) => stack.part === part));
  const wrong = stacks.filter(({ state }) => !isWhole(state));
  const whole = `${stacks.length - wrong.length} of ${stacks.length} stacks are whole${parked ? ', the stage is parked' : ''}`;
  return together([
    ok(whole),
    ...wrong.map((stack) => wrongStack(stage, stack, now)),
    ...(missing.length === 0 ? [] : [failed(`missing: ${missing.join(', ')}`, deploy)]),
  ]);
}

function wrongStack(stage: StageAws, { name, state, reason, changed }: DeployedStack, now: number): Finding {
  const seen = `${name} is ${state}${reason === undefined ? '' : ` (${reason})`}`;
  const flags = contextFlags(stage);
  const region = `--region ${stage.aws.region} --stack-name ${name}`;
  const why = `See why: \`aws cloudformation describe-stack-events ${region}\`.`;
  if (state.endsWith('_IN_PROGRESS')) {
    const since = changed === undefined ? 0 : now - changed.getTime();
    return since > STUCK_MS
      ? failed(`${seen} for ${Math.round(since / 3_600_000)} hours`, why)
      : warning(seen, 'A deployment is under way: ask again when it has ended.');
  }
  const again = `Then deploy again: \`npx cdk deploy ${flags} ${name}\``;
  switch (state) {
    case 'ROLLBACK_COMPLETE':
      return failed(seen, `It could not be made. ${why} ${again}, which deletes what is left of it first.`);
    case 'UPDATE_ROLLBACK_COMPLETE':
      return failed(seen, `Its last change was taken back; what was there before works. ${why} ${again}.`);
    case 'UPDATE_ROLLBACK_FAILED':
      return failed(seen, `${why} Then \`aws cloudformation continue-update-rollback ${region}\`.`);
    case 'DELETE_FAILED':
      return failed(seen, `${why} Then delete it again: \`npx cdk destroy ${flags} ${name}\`.`);
    default:
      return failed(seen, `${why} ${again}.`);
  }
}

/** What a stage asks of its account, by the stage's own defaults; settings (`-c`) may ask for something else. */
import { FEED_NAMES } from '../../../services/contract';
import type { AwsDefaults } from '../../../lib/stages/aws';
import { DEV } from '../../../lib/stages/dev';
import { PROD } from '../../../lib/stages/prod';

/** How many shards a stream on demand begins with: 4 MB a second, one for each. */
const ON_DEMAND_SHARDS = 4;

/** What a stage needs. */
export interface StageNeeds {
  readonly zones: number;
  /** The types of EC2 instances that the app makes. */
  readonly instanceTypes: readonly string[];
  /** Of all feeds' streams together. */
  readonly shards: number;
  /** How old the newest answers may be, in hours. */
  readonly answersMaxHours: number;
}

/** The needs of `dev` or `prod`. */
export function stageNeeds(stage: string): StageNeeds {
  return needsOf(stage === 'prod' ? PROD : DEV);
}

function needsOf({ network, restProxy, streams, operations }: AwsDefaults): StageNeeds {
  const { capacity } = streams;
  return {
    zones: network.zones,
    instanceTypes: [restProxy.instanceType, ...(network.egress === 'nat-instance' ? ['t4g.nano'] : [])],
    shards: FEED_NAMES.length * (capacity.kind === 'provisioned' ? capacity.shards : ON_DEMAND_SHARDS),
    answersMaxHours: operations.thresholds.batchAgeHours,
  };
}

/** What a stage asks of its account, by the stage's own defaults; settings (`-c`) may ask for something else. */
import type { AwsDefaults } from '../../lib/stages/aws';

/** How many shards a stream on demand begins with: 4 MB a second, one for each. */
const ON_DEMAND_SHARDS = 4;
const FEEDS = 3;

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

/** Reads the needs. The stages are loaded only now: they bring the CDK's library. */
export async function stageNeeds(stage: string): Promise<StageNeeds> {
  const defaults =
    stage === 'prod'
      ? (await import('../../lib/stages/prod.js')).PROD
      : (await import('../../lib/stages/dev.js')).DEV;
  return needsOf(defaults);
}

function needsOf({ network, restProxy, streams, operations }: AwsDefaults): StageNeeds {
  const { capacity } = streams;
  return {
    zones: network.zones,
    instanceTypes: [restProxy.instanceType, ...(network.egress === 'nat-instance' ? ['t4g.nano'] : [])],
    shards: FEEDS * (capacity.kind === 'provisioned' ? capacity.shards : ON_DEMAND_SHARDS),
    answersMaxHours: operations.thresholds.batchAgeHours,
  };
}

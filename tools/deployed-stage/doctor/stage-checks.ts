/** Which questions a stage on AWS is asked, by what is deployed. */
import { FEED_NAMES, streamName } from '../../../services/contract';
import { stackName } from '../../../lib/stack-names';
import type { StageAws } from '../../pipeline/deployment';
import { bootstrapFinding, concurrencyFinding, namesFinding } from './account-checks';
import { apiFinding, topicsFinding } from '../../pipeline/doctor/api-checks';
import type { Check, Finding } from '../../pipeline/doctor/check';
import type { Clients } from '../../pipeline/doctor/clients';
import { isParked, type Deployed } from '../../pipeline/doctor/deployed';
import {
  clusterFinding,
  connectorFinding,
  databaseFinding,
  externalConnectorFinding,
  targetsFinding,
  tasksFinding,
} from '../../pipeline/doctor/kafka-checks';
import { alarmsFinding, answersFinding } from '../../pipeline/doctor/outcome-checks';
import type { StageNeeds } from './stage-needs';
import { mappingsFinding, openShards, streamsFinding } from '../../pipeline/doctor/stream-checks';
import { firstZones, ZONE_RIGHTS, zonesFinding, zonesOfSubnets } from './zone-checks';

/** What the checks of a stage work with. */
export interface Context {
  readonly stage: StageAws;
  readonly clients: Clients;
  readonly needs: StageNeeds;
}

/**
 * The questions that follow from what is deployed.
 *
 * @param deployed undefined when that could not be read.
 */
export function checksFor(context: Context, deployed: Deployed | undefined): Check[] {
  const { stage, clients } = context;
  const bootstrap: Check = {
    check: 'CDK bootstrap',
    right: 'ssm:GetParameter',
    ask: (signal) => bootstrapFinding(clients, stage, signal),
  };
  if (deployed === undefined) return [bootstrap];
  if (deployed.stacks.length === 0) return [bootstrap, ...checksBefore(context)];
  const answers = answersCheck(context, deployed);
  if (isParked(deployed)) return [bootstrap, ...answers];
  return [bootstrap, ...networkChecks(context, deployed), ...pathChecks(context, deployed), ...answers];
}

/** Before the first deployment. */
function checksBefore({ stage, clients, needs }: Context): Check[] {
  return [
    {
      check: 'zones',
      right: ZONE_RIGHTS,
      ask: async (signal) => {
        const zones = await firstZones(clients, needs.zones, signal);
        return zonesFinding(clients, zones, needs.zones, needs.instanceTypes, signal);
      },
    },
    {
      check: 'Lambda concurrency',
      right: 'lambda:GetAccountSettings',
      ask: (signal) => concurrencyFinding(clients, needs.shards, signal),
    },
    {
      check: 'names',
      right: 'kinesis:DescribeStreamSummary',
      ask: (signal) => namesFinding(clients, stage, signal),
    },
  ];
}

/** What is in the network, as far as the app has made it. */
function networkChecks(
  { stage, clients, needs }: Context,
  { resources, stacks, outputs }: Deployed,
): Check[] {
  const ids = (type: string): readonly string[] => resources.get(type) ?? [];
  const each = (type: string, check: string, right: string, ask: FindingOf): Check[] =>
    ids(type).map((id) => ({ check, right, ask: (signal) => ask(clients, id, signal) }));
  const subnets = ids('AWS::EC2::Subnet');
  const connectors = [
    ...each('AWS::KafkaConnect::Connector', 'S3 sink', 'kafkaconnect:DescribeConnector', connectorFinding),
    ...each('AWS::KafkaConnect::Connector', 'S3 sink tasks', 'cloudwatch:GetMetricData', tasksFinding),
  ];
  const external = outputs.get('SinkConnectorName');
  const isThere = stacks.some(({ part }) => part === 'kafka');
  return [
    ...(subnets.length === 0
      ? []
      : [
          {
            check: 'zones',
            right: ZONE_RIGHTS,
            ask: async (signal: AbortSignal) => {
              const zones = await zonesOfSubnets(clients, subnets, signal);
              return zonesFinding(clients, zones, needs.zones, needs.instanceTypes, signal);
            },
          },
        ]),
    ...each('AWS::RDS::DBInstance', 'database', 'rds:DescribeDBInstances', databaseFinding),
    ...each('AWS::MSK::Cluster', 'Kafka cluster', 'kafka:DescribeClusterV2', clusterFinding),
    ...each('AWS::MSK::ServerlessCluster', 'Kafka cluster', 'kafka:DescribeClusterV2', clusterFinding),
    ...connectors,
    ...(connectors.length > 0 || external === undefined || !isThere
      ? []
      : [
          {
            check: 'S3 sink',
            right: 'cloudformation:GetTemplate',
            ask: (signal: AbortSignal) =>
              externalConnectorFinding(
                clients,
                stackName(stage.userId, stage.stage, 'kafka'),
                external,
                signal,
              ),
          },
        ]),
    ...each(
      'AWS::ElasticLoadBalancingV2::TargetGroup',
      'REST proxy hosts',
      'elasticloadbalancing:DescribeTargetHealth',
      targetsFinding,
    ),
  ];
}

type FindingOf = (clients: Clients, id: string, signal: AbortSignal) => Promise<Finding>;

/** What lies on the ways of the posts. */
function pathChecks({ stage, clients }: Context, { resources, outputs }: Deployed): Check[] {
  const streams =
    resources.get('AWS::Kinesis::Stream') ?? FEED_NAMES.map((feed) => streamName(stage.userId, feed));
  const url = outputs.get('ApiUrl');
  const keyId = outputs.get('ApiKeyId');
  const right = `execute-api:Invoke${keyId === undefined ? '' : ' and apigateway:GET on the API key'}`;
  return [
    ...(url === undefined
      ? []
      : [
          {
            check: 'API',
            right,
            ask: (signal: AbortSignal) => apiFinding(stage, { url, keyId }, true, signal),
          },
          { check: 'topics', right, ask: () => topicsFinding(stage, { url, keyId }) },
        ]),
    {
      check: 'streams',
      right: 'kinesis:DescribeStreamSummary',
      ask: (signal) => streamsFinding(clients, streams, true, signal),
    },
    {
      check: 'appenders',
      right: 'lambda:GetEventSourceMapping',
      ask: (signal) =>
        mappingsFinding(clients, resources.get('AWS::Lambda::EventSourceMapping') ?? [], signal),
    },
    {
      check: 'Lambda concurrency',
      right: 'lambda:GetAccountSettings and kinesis:DescribeStreamSummary',
      ask: async (signal) => concurrencyFinding(clients, await openShards(clients, streams, signal), signal),
    },
    {
      check: 'alarms',
      right: 'cloudwatch:DescribeAlarms',
      ask: (signal) => alarmsFinding(clients, stage, signal),
    },
  ];
}

function answersCheck({ stage, needs }: Context, { stacks, outputs }: Deployed): Check[] {
  const bucket = outputs.get('SinkBucketName');
  if (bucket === undefined) return [];
  const daily = stacks.some(({ part }) => part === 'batch');
  return [
    {
      check: 'answers',
      right: 's3:GetObject and s3:ListBucket on the sink bucket, and kms:Decrypt on its key',
      ask: (signal) => answersFinding(stage, bucket, daily ? needs.answersMaxHours : undefined, signal),
    },
  ];
}

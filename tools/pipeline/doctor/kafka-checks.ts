/** The cluster, the S3 sink, and what else of a stage runs in the network: database and REST proxy. */
import { GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeClusterV2Command } from '@aws-sdk/client-kafka';
import { DescribeConnectorCommand } from '@aws-sdk/client-kafkaconnect';
import { DescribeDBInstancesCommand } from '@aws-sdk/client-rds';
import { messageOf } from '../aws-errors';
import { connectorStatus, UnreachedError } from '../connector-status';
import { failed, ok, unknown, warning, type Finding } from './check';
import type { Clients } from './clients';

/** How far back metrics of the connector are looked for. */
const METRICS_MINUTES = 15;

/** How long a Kafka Connect that may not be reached from here is waited for. */
const CONNECT_LIMIT_MS = 5_000;

/** The state of the MSK cluster. */
export async function clusterFinding(
  { kafka }: Clients,
  arn: string,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const { ClusterInfo } = await kafka.send(new DescribeClusterV2Command({ ClusterArn: arn }), {
    abortSignal,
  });
  const { State = 'unknown', StateInfo, Provisioned } = ClusterInfo ?? {};
  const version = Provisioned?.CurrentBrokerSoftwareInfo?.KafkaVersion;
  const brokers =
    Provisioned === undefined
      ? 'serverless'
      : `${Provisioned.NumberOfBrokerNodes ?? '?'} brokers ${Provisioned.BrokerNodeGroupInfo?.InstanceType ?? ''}${version === undefined ? '' : `, Kafka ${version}`}`;
  const seen = [`${State}, ${brokers}`, StateInfo?.Message ?? []].flat().join(': ');
  if (State === 'ACTIVE') return ok(seen);
  if (State === 'FAILED' || State === 'DELETING')
    return failed(
      seen,
      'See docs/runbook.md, kafka/offline-partitions; a cluster that FAILED while it was made is recreated by deploying its stack again.',
    );
  return warning(
    seen,
    'Amazon is at work on it: it serves meanwhile unless it is CREATING. Ask again later.',
  );
}

/** The state of the connector on MSK Connect. */
export async function connectorFinding(
  { kafkaConnect }: Clients,
  arn: string,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const {
    connectorName,
    connectorState = 'unknown',
    stateDescription,
  } = await kafkaConnect.send(new DescribeConnectorCommand({ connectorArn: arn }), { abortSignal });
  const { code, message } = stateDescription ?? {};
  const why = [code, message].filter(Boolean).join(': ');
  const seen = `${connectorName ?? arn} is ${connectorState}${why === '' ? '' : ` (${why})`}`;
  if (connectorState === 'RUNNING') return ok(seen);
  return connectorState === 'FAILED' || connectorState === 'DELETING'
    ? failed(
        seen,
        "The worker's log has the reason; docs/runbook.md, sink/not-running, says how to recreate it.",
      )
    : warning(seen, 'It takes ten minutes and more to be made or changed. Ask again later.');
}

/** The connector's tasks by its metrics: MSK Connect has no other way to ask. */
export async function tasksFinding(
  { cloudWatch }: Clients,
  arn: string,
  abortSignal: AbortSignal,
  now: Date = new Date(),
): Promise<Finding> {
  // arn:...:connector/<name>/<uuid>
  const name = arn.split('/')[1] ?? '';
  const query = (id: string, metric: string): MetricDataQuery => ({
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/KafkaConnect',
        MetricName: metric,
        Dimensions: [{ Name: 'ConnectorName', Value: name }],
      },
      Period: 60,
      Stat: 'Maximum',
    },
  });
  const { MetricDataResults = [] } = await cloudWatch.send(
    new GetMetricDataCommand({
      MetricDataQueries: [query('running', 'RunningTaskCount'), query('errored', 'ErroredTaskCount')],
      StartTime: new Date(now.getTime() - METRICS_MINUTES * 60_000),
      EndTime: now,
      ScanBy: 'TimestampDescending',
    }),
    { abortSignal },
  );
  const newest = (id: string): number | undefined =>
    MetricDataResults.find((result) => result.Id === id)?.Values?.[0];
  const [running, errored] = [newest('running'), newest('errored')];
  if (running === undefined) {
    return failed(
      `no metrics of ${name} for ${METRICS_MINUTES} minutes`,
      'Right after a deployment this takes some minutes; otherwise docs/runbook.md, sink/not-running.',
    );
  }
  const seen = `${running} run, ${errored ?? 0} have failed`;
  if ((errored ?? 0) > 0)
    return failed(seen, 'docs/runbook.md, sink/failed-tasks: fix the cause, then restart them.');
  return running > 0 ? ok(seen) : failed(seen, 'docs/runbook.md, sink/not-running.');
}

/**
 * The connector on a Kafka Connect of one's own, at the address that the stack was deployed with. It may be reached from
 * its network only.
 *
 * @param stackName the stack of the topics and the sink.
 */
export async function externalConnectorFinding(
  { cloudFormation }: Clients,
  stackName: string,
  connector: string,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const { TemplateBody } = await cloudFormation.send(new GetTemplateCommand({ StackName: stackName }), {
    abortSignal,
  });
  const { Resources = {} } = JSON.parse(TemplateBody ?? '{}') as {
    Resources?: Record<string, { Type?: string; Properties?: { ConnectUrl?: unknown } }>;
  };
  const url = Object.values(Resources).find(({ Type }) => Type === 'Custom::SinkConnector')?.Properties
    ?.ConnectUrl;
  if (typeof url !== 'string') {
    return failed(`${stackName} has no connector`, 'Deploy that stack again.');
  }
  try {
    // Before the check's own time is over: what to do is more than to ask again.
    const signal = AbortSignal.any([abortSignal, AbortSignal.timeout(CONNECT_LIMIT_MS)]);
    return ok(await connectorStatus(url, connector, signal));
  } catch (error) {
    if (!(error instanceof UnreachedError)) {
      return failed(messageOf(error), restartRemedy(url, connector));
    }
    return unknown(
      `Kafka Connect at ${url} is not reached from here: ${messageOf(error)}`,
      `Ask it from its network: \`curl ${url}/connectors/${connector}/status\`.`,
    );
  }
}

/** How tasks that have failed are started again on a Kafka Connect of one's own. */
export function restartRemedy(url: string, connector: string): string {
  return `Fix the cause, then \`curl -X POST '${url}/connectors/${connector}/restart?includeTasks=true&onlyFailed=true'\`.`;
}

/** The client hosts, as the load balancer before the REST proxy sees them. */
export async function targetsFinding(
  { balancers }: Clients,
  targetGroupArn: string,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const { TargetHealthDescriptions = [] } = await balancers.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }),
    { abortSignal },
  );
  const told = TargetHealthDescriptions.map(({ Target, TargetHealth }) => {
    const { State = 'unknown', Reason, Description } = TargetHealth ?? {};
    const why = [Reason, Description].filter(Boolean).join(': ');
    return `${Target?.Id ?? '?'} is ${State}${why === '' ? '' : ` (${why})`}`;
  });
  const healthy = TargetHealthDescriptions.filter(
    ({ TargetHealth }) => TargetHealth?.State === 'healthy',
  ).length;
  const seen = told.length === 0 ? 'no host is registered' : told.join(', ');
  if (healthy === 0) {
    return failed(
      seen,
      'docs/runbook.md, rest-proxy/down: the activity of the auto-scaling group and the log stream boot/... of the client host say why.',
    );
  }
  return healthy === told.length
    ? ok(seen)
    : warning(seen, 'One serves; a host is being replaced, or docs/runbook.md, rest-proxy/unhealthy.');
}

/** The source database. */
export async function databaseFinding(
  { rds }: Clients,
  id: string,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const { DBInstances: [instance] = [] } = await rds.send(
    new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }),
    { abortSignal },
  );
  const { DBInstanceStatus: state = 'unknown', DBInstanceClass, EngineVersion } = instance ?? {};
  const seen = `${id} is ${state}, ${DBInstanceClass ?? '?'}, MySQL ${EngineVersion ?? '?'}`;
  if (state === 'available') return ok(seen);
  return /^(failed|stopped|storage-full|inaccessible.*|incompatible.*|restore-error)$/.test(state)
    ? failed(
        seen,
        `See \`aws rds describe-events --source-type db-instance --source-identifier ${id}\`; stopped by hand it is started by \`aws rds start-db-instance\`.`,
      )
    : warning(seen, 'Amazon is at work on it. Ask again later.');
}

import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DailyBatch } from './daily-batch';
import { QuestionQueries } from './question-queries';
import type { SinkBucket } from '../sink/sink-bucket';
import { TableCatalog } from './table-catalog';
import { tableMetrics } from '../monitoring/metric-namespaces';
import type { DailyBatchSettings, Deployment } from '../stages';

/** Properties of {@link BatchStack}. */
export interface BatchStackProps extends StackProps {
  readonly batch: DailyBatchSettings;
  /** The bucket of raw files, tables and answers. */
  readonly sink: SinkBucket;
}

/** The daily batch, the Glue catalog of the tables, and the eight questions as saved queries. */
export class BatchStack extends Stack {
  readonly daily: DailyBatch;

  constructor(scope: Construct, id: string, { userId, stage }: Deployment, props: BatchStackProps) {
    const { batch: settings, sink, ...stackProps } = props;
    super(scope, id, {
      description: 'Pinterest data pipeline: daily batch, catalog and queries',
      ...stackProps,
    });
    const name = `${userId}-${stage.name}`;
    this.daily = new DailyBatch(this, 'Daily', {
      name,
      userId,
      sink,
      settings,
      tableEngine: stage.tableEngine,
      metricsNamespace: tableMetrics(userId, stage.name),
      logRetention: stage.logRetention,
    });
    const catalog = new TableCatalog(this, 'Catalog', { userId, stageName: stage.name, bucket: sink.bucket });
    const queries = new QuestionQueries(this, 'Queries', {
      name,
      catalog,
      scanLimitGigabytes: settings.scanLimitGigabytes,
    });
    new CfnOutput(this, 'DailyBatchArn', {
      value: this.daily.stateMachine.stateMachineArn,
      description: 'The state machine of the daily batch',
    });
    new CfnOutput(this, 'ReconcileFunctionName', {
      value: this.daily.functions.reconcile.functionName,
      description: 'The Lambda function that counts every record',
    });
    new CfnOutput(this, 'CatalogDatabaseName', {
      value: catalog.databaseName,
      description: 'The database of the tables in the Glue catalog',
    });
    new CfnOutput(this, 'QueryWorkGroupName', {
      value: queries.workGroupName,
      description: 'The Athena workgroup with the saved questions',
    });
  }
}

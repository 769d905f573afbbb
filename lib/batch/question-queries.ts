import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { Construct } from 'constructs';
import { athenaQuestion, QUESTIONS } from './athena-sql';
import type { TableCatalog } from './table-catalog';

/** Properties of {@link QuestionQueries}. */
export interface QuestionQueriesProps {
  readonly name: string;
  readonly catalog: TableCatalog;
  /** Maximum gigabytes scanned by one query, at least 1; Athena charges by data scanned. */
  readonly scanLimitGigabytes: number;
}

/**
 * An Athena workgroup with the eight questions as saved queries. Athena manages the results itself, encrypted, for a
 * day, so there is no results bucket.
 */
export class QuestionQueries extends Construct {
  /** The workgroup's name. */
  readonly workGroupName: string;

  constructor(scope: Construct, id: string, { name, catalog, scanLimitGigabytes }: QuestionQueriesProps) {
    super(scope, id);
    if (!(Number.isInteger(scanLimitGigabytes) && scanLimitGigabytes >= 1)) {
      throw new Error(
        `The scan limit of the workgroup ${name} is ${scanLimitGigabytes}: expected whole gigabytes, at least 1.`,
      );
    }
    this.workGroupName = name;
    const workGroup = new CfnWorkGroup(this, 'WorkGroup', {
      name,
      description: 'Queries over the tables of the pipeline',
      // Also deletes saved queries and query history.
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: scanLimitGigabytes * 1e9,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        managedQueryResultsConfiguration: { enabled: true },
      },
    });
    for (const question of QUESTIONS) {
      const { title, sql } = athenaQuestion(question, catalog.feedTables);
      const query = new CfnNamedQuery(this, `Question-${question}`, {
        name: `Question ${question}`,
        description: title,
        database: catalog.databaseName,
        workGroup: name,
        queryString: sql,
      });
      query.addResourceDependency(workGroup);
    }
  }
}

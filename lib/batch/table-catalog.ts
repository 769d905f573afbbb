import { Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { FEED_NAMES, FEEDS, streamTableName, type FeedName, type TableType } from '../../services/contract';

/** Properties of a {@link TableCatalog}. */
export interface TableCatalogProps {
  readonly userId: string;
  readonly stageName: string;
  /** The bucket with the tables. */
  readonly bucket: IBucket;
}

/** A column of a catalog table. */
interface CatalogColumn {
  readonly name: string;
  readonly type: TableType;
}

/** Columns of the quarantine table, as in `table_engine/delta_tables.py`. */
const QUARANTINE: readonly CatalogColumn[] = [
  ...['feed', 'source', 'position', 'raw_text', 'reason'].map((name) => ({ name, type: 'string' as const })),
  { name: 'quarantined_at', type: 'timestamp' },
];

/** Additional columns of a streaming table. */
const STREAM_COLUMNS: readonly CatalogColumn[] = [
  { name: '_shard_id', type: 'string' },
  { name: '_sequence_number', type: 'string' },
  { name: '_arrived_at', type: 'timestamp' },
];

/**
 * The Delta tables in the Glue catalog, for Athena. Athena reads columns, files and versions from the Delta log; the
 * columns given here are only for display.
 */
export class TableCatalog extends Construct {
  /** The database's name. */
  readonly databaseName: string;
  /** The names of the batch tables. */
  readonly feedTables: Readonly<Record<FeedName, string>>;

  constructor(scope: Construct, id: string, { userId, stageName, bucket }: TableCatalogProps) {
    super(scope, id);
    this.databaseName = catalogName(`${userId}_${stageName}`);
    const catalogId = Stack.of(this).account;
    const database = new CfnDatabase(this, 'Database', {
      catalogId,
      databaseInput: {
        name: this.databaseName,
        description: `Tables of the pipeline ${userId}-${stageName}`,
      },
    });
    const add = (table: string, description: string, columns: readonly CatalogColumn[]): string => {
      const name = catalogName(table);
      const location = bucket.s3UrlForObject(`tables/${table}/`);
      const made = new CfnTable(this, `Table-${table}`, {
        catalogId,
        databaseName: this.databaseName,
        tableInput: deltaTable(name, description, location, columns),
      });
      made.addResourceDependency(database);
      return name;
    };
    const feedTables = FEED_NAMES.map((feed) => [feed, add(feed, `Each ${feed} once`, FEEDS[feed].table)]);
    this.feedTables = Object.fromEntries(feedTables) as Record<FeedName, string>;
    for (const feed of FEED_NAMES) {
      const columns = [...FEEDS[feed].table, ...STREAM_COLUMNS];
      add(streamTableName(userId, feed), `Each record of the ${feed} stream once`, columns);
    }
    add('quarantine', 'Rejected records, with the reason', QUARANTINE);
  }
}

/** A name that Glue and Athena accept unquoted: lower-case letters, digits and `_`. */
function catalogName(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}

/** A native Delta table: `table_type` and the provider mark it for Athena and Spark; the formats are placeholders. */
function deltaTable(
  name: string,
  description: string,
  location: string,
  columns: readonly CatalogColumn[],
): CfnTable.TableInputProperty {
  return {
    name,
    description,
    tableType: 'EXTERNAL_TABLE',
    parameters: {
      EXTERNAL: 'TRUE',
      table_type: 'DELTA',
      classification: 'delta',
      'spark.sql.sources.provider': 'delta',
    },
    storageDescriptor: {
      location,
      columns: columns.map((column) => ({ name: column.name, type: glueType(column.type) })),
      inputFormat: 'org.apache.hadoop.mapred.SequenceFileInputFormat',
      outputFormat: 'org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat',
      serdeInfo: {
        serializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
        // Where Spark and Athena find the Delta log.
        parameters: { 'serialization.format': '1', path: location },
      },
    },
  };
}

/** The Hive name of a type. */
const glueType = (type: TableType): string => (type === 'long' ? 'bigint' : type);

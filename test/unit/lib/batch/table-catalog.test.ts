import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QuestionQueries } from '../../../../lib/batch/question-queries';
import { TableCatalog } from '../../../../lib/batch/table-catalog';
import { emptyStack, resourcesOf } from '../synth';

function made(userId = 'pinterest', scanLimitGigabytes = 10): Template {
  const stack = emptyStack();
  const bucket = new Bucket(stack, 'Bucket');
  const catalog = new TableCatalog(stack, 'Catalog', { userId, stageName: 'dev', bucket });
  new QuestionQueries(stack, 'Questions', { name: `${userId}-dev`, catalog, scanLimitGigabytes });
  return Template.fromStack(stack);
}

interface TableInput {
  readonly Name: string;
  readonly TableType: string;
  readonly Parameters: Record<string, string>;
  readonly StorageDescriptor: {
    readonly Location: unknown;
    readonly Columns: readonly { Name: string; Type: string }[];
    readonly SerdeInfo: { readonly Parameters: Record<string, unknown> };
  };
}

const template = made();
const tablesOf = (of: Template): TableInput[] =>
  resourcesOf(of, 'AWS::Glue::Table').map(([, { Properties }]) => Properties?.TableInput as TableInput);

test('the columns are those of the feeds, by their names in Hive', () => {
  const columns = (name: string): string[] =>
    tablesOf(template)
      .find(({ Name }) => Name === name)
      ?.StorageDescriptor.Columns.map(({ Name, Type }) => `${Name} ${Type}`) ?? [];
  expect(columns('geo')).toEqual([
    'ind int',
    'country string',
    'coordinates array<double>',
    'timestamp timestamp',
  ]);
  expect(columns('pin')).toContain('follower_count bigint');
  expect(columns('pinterest_geo_table')).toEqual([
    ...columns('geo'),
    '_shard_id string',
    '_sequence_number string',
    '_arrived_at timestamp',
  ]);
});

test('the quarantine has the columns that the table engine gives it', () => {
  const source = readFileSync(
    join(__dirname, '../../../../engines/table-engine/table_engine/delta_tables.py'),
    'utf8',
  );
  const body = /"quarantine": \{([^}]*)\}/.exec(source)?.[1] ?? '';
  const expected = [...body.matchAll(/"(\w+)": "(\w+)"/g)].map((match) => ({
    Name: match[1],
    Type: match[2],
  }));
  expect(expected.length).toBeGreaterThan(0);
  expect(tablesOf(template).at(-1)?.StorageDescriptor.Columns).toEqual(expected);
});

test('a user id that Athena would have to quote is written otherwise, the folder is not', () => {
  const table = tablesOf(made('My-Id')).find(({ Name }) => Name === 'my_id_pin_table');
  expect(JSON.stringify(table?.StorageDescriptor.Location)).toContain('/tables/My-Id_pin_table/');
  made('My-Id').hasResourceProperties('AWS::Glue::Database', { DatabaseInput: { Name: 'my_id_dev' } });
});

test('the workgroup decides: results encrypted and kept by Athena, a limit on what a query reads', () => {
  made('pinterest', 3).hasResourceProperties('AWS::Athena::WorkGroup', {
    Name: 'pinterest-dev',
    RecursiveDeleteOption: true,
    WorkGroupConfiguration: {
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: 3_000_000_000,
      EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
      ManagedQueryResultsConfiguration: { Enabled: true },
    },
  });
  expect(() => made('pinterest', 0.5)).toThrow('is 0.5: expected whole gigabytes');
});

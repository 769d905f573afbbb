/** The MySQL schema of the source database, derived from the feeds' definitions. */
import { FEEDS, FEED_NAMES, type Feed } from '../contract';

/** The table in which the seeder records its progress. */
export const SEED_INFO_TABLE = 'seed_info';

/** Quotes a MySQL identifier, for example `` `index` ``. */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** The `CREATE TABLE IF NOT EXISTS` statement of one feed's source table; the row number is its primary key. */
export function createTableStatement(feed: Feed): string {
  const columns = feed.source.map(({ name, mysql }) =>
    name === feed.rowNumber
      ? `${quoteIdentifier(name)} ${mysql} NOT NULL`
      : `${quoteIdentifier(name)} ${mysql}`,
  );
  const lines = [...columns, `PRIMARY KEY (${quoteIdentifier(feed.rowNumber)})`];
  return `CREATE TABLE IF NOT EXISTS ${quoteIdentifier(feed.sourceTable)} (\n  ${lines.join(',\n  ')}\n) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4`;
}

/** All statements that create an empty source database: the three feeds' tables, then the seeder's own. */
export function createStatements(): string[] {
  return [
    ...FEED_NAMES.map((name) => createTableStatement(FEEDS[name])),
    `CREATE TABLE IF NOT EXISTS ${quoteIdentifier(SEED_INFO_TABLE)} (\n` +
      '  `id` INT NOT NULL,\n  `seed` BIGINT UNSIGNED NOT NULL,\n  `generator` INT NOT NULL,\n  `posts` INT NOT NULL,\n' +
      '  PRIMARY KEY (`id`)\n) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4',
  ];
}

/** `docs/reference/tables.md`: the columns of source tables and cleaned tables, from the contract of feeds. */
import { DEFAULT_USER_ID, FEEDS, streamName, streamTableName, topicName } from '../../services/contract';
import { code, page, table } from './markdown';

/** The page. */
export function tablesPage(): string {
  const feeds = Object.values(FEEDS).flatMap((feed) => [
    `## ${feed.name}`,
    `Source table ${code(feed.sourceTable)}, topic ${code(topicName(DEFAULT_USER_ID, feed.name))}, stream ${code(streamName(DEFAULT_USER_ID, feed.name))}, ` +
      `batch table ${code(`tables/${feed.name}`)}, streaming table ${code(`tables/${streamTableName(DEFAULT_USER_ID, feed.name)}`)}.`,
    table(
      ['source column', 'MySQL type', 'means "no value" when it contains'],
      feed.source.map(({ name, mysql }) => [
        name === feed.rowNumber ? `${code(name)} (row number)` : code(name),
        mysql,
        (feed.sentinels[name] ?? []).map(code).join(', '),
      ]),
    ),
    table(
      ['table column', 'type'],
      feed.table.map(({ name, type }) => [code(name), type]),
    ),
  ]);
  return page(
    "The tables' columns",
    '`services/contract`',
    `Names are those of the user id ${code(DEFAULT_USER_ID)}. Timestamps are UTC. The rules between the two tables are in [data-contract.md](../data-contract.md); ` +
      'the columns that streaming tables and the quarantine have besides are in [storage.md](storage.md).',
    ...feeds,
  );
}

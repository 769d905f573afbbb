import { FEEDS } from '../../../../services/contract';
import { createStatements, createTableStatement, quoteIdentifier } from '../../../../services/source/schema';

test('a table has the feed’s columns in order, its row number as primary key, and utf8mb4', () => {
  expect(createTableStatement(FEEDS.geo)).toBe(
    'CREATE TABLE IF NOT EXISTS `geolocation_data` (\n' +
      '  `ind` INT NOT NULL,\n  `timestamp` DATETIME,\n  `latitude` DOUBLE,\n  `longitude` DOUBLE,\n' +
      '  `country` VARCHAR(255),\n  PRIMARY KEY (`ind`)\n) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4',
  );
  expect(createTableStatement(FEEDS.pin)).toContain('PRIMARY KEY (`index`)');
});

test('there are the three tables and the seeder’s own', () => {
  expect(createStatements().map((sql) => /`(\w+)`/.exec(sql)?.[1])).toEqual([
    'pinterest_data',
    'geolocation_data',
    'user_data',
    'seed_info',
  ]);
});

test('identifiers are quoted', () => {
  expect(quoteIdentifier('a`b')).toBe('`a``b`');
});

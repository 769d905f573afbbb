/** `npm run pipeline -- sql`: one statement, statements from a pipe, or a prompt. */
import { Option, type Command } from 'commander';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { LOCAL_ROOT } from '../local-run/paths';
import { CAPABILITIES } from '../pipeline/capabilities';
import type { Control } from '../pipeline/pipeline';
import { MOST_ROWS } from '../pipeline/query';
import { wholeNumber } from './arguments';
import { formatQuery, moreRows } from './format-query';
import { sqlPrompt } from './sql-prompt';
import { splitStatements } from './sql-text';
import { addStageOptions, openPipeline, userIdOption, type StageFlags } from './stage-option';

interface SqlFlags extends StageFlags {
  readonly rows: number;
  readonly csv?: true;
  readonly json?: true;
}

/** Adds `sql`. */
export function addSqlCommand(program: Command, control: Control): void {
  const command = program
    .command('sql')
    .argument(
      '[statement]',
      'for example "SELECT count(*) FROM pin"; without it a prompt, or what is piped in',
    )
    .description('ask the tables, read only: one statement, statements from a pipe, or a prompt')
    .addOption(userIdOption())
    .option('--rows <n>', 'at most so many rows of a result', wholeNumber(1, 1_000_000), MOST_ROWS)
    .addOption(new Option('--csv', 'print CSV with a header; null is empty').conflicts('json'))
    .option('--json', 'print one JSON document for each statement')
    .action(async (statement: string | undefined, flags: SqlFlags) => {
      const pipeline = await openPipeline(flags);
      const format = flags.csv ? 'csv' : flags.json ? 'json' : 'table';
      const run = async (sql: string, signal: AbortSignal): Promise<string> => {
        const result = await pipeline.query({ sql, maxRows: flags.rows }, { ...control, signal });
        if (result.truncated && format !== 'table') control.tell(moreRows(result));
        return formatQuery(result, format);
      };
      if (statement === undefined && process.stdin.isTTY) {
        await sqlPrompt({
          run,
          tables: (signal) => pipeline.tables({ ...control, signal }),
          historyFile: join(LOCAL_ROOT, 'sql-history'),
          signal: control.signal,
        });
        return;
      }
      for (const sql of statement === undefined ? await pipedStatements() : [statement]) {
        process.stdout.write(`${await run(sql, control.signal)}\n`);
      }
    });
  addStageOptions(command, CAPABILITIES.query);
}

async function pipedStatements(): Promise<string[]> {
  const { statements, rest } = splitStatements(await text(process.stdin));
  return rest === '' ? [...statements] : [...statements, rest];
}

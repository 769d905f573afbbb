/** `docs/reference/command-line.md`: the help of `npm start` and of every pipeline command. */
import type { Command } from 'commander';
import { pipelineProgram } from '../cli/pipeline';
import { startCommand } from '../cli/start-options';
import { page } from './markdown';

/** Columns of the help, whatever terminal it is made in. */
const WIDTH = 100;

/** The help of a command as Markdown. */
export const help = (command: Command): string =>
  ['```text', command.configureHelp({ helpWidth: WIDTH }).helpInformation().trimEnd(), '```'].join('\n');

/** The page. */
export function commandLinePage(): string {
  const program = pipelineProgram();
  return page(
    'The command line',
    'the commands in `tools/cli`',
    'Exit codes: 0 success, 1 failure (also: something is missing, duplicate or down), 2 wrong arguments. With `--json`, standard output is one ' +
      'JSON document; messages go to standard error.',
    '## npm start',
    help(startCommand()),
    '## npm run pipeline',
    help(program),
    ...program.commands.flatMap((command) => [`### ${command.name()}`, help(command)]),
  );
}

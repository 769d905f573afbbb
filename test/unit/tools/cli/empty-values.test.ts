/** An empty value (`--run "$NAME"` with the variable unset) is a wrong argument, for every option of every command. */
import { Command, CommanderError, type Option } from 'commander';
import { pipelineProgram } from '../../../../tools/cli/pipeline';
import { parseStartOptions, UsageExit } from '../../../../tools/cli/start-options';

const takesValue = pipelineProgram().commands.flatMap((command) =>
  command.options
    .filter(({ required, optional }) => required || optional)
    .map((option): [string, Option] => [`${command.name()} ${option.long ?? ''}`, option]),
);

test('there are such options', () => {
  expect(takesValue.map(([name]) => name)).toContain('emulate --run');
  expect(takesValue.length).toBeGreaterThan(15);
});

test.each(takesValue)('%s', (_name, option) => {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  command.addOption(option).action(() => undefined);
  expect(() => command.parse([option.long ?? '', ''], { from: 'user' })).toThrow(CommanderError);
});

let help = '';
try {
  parseStartOptions(['--help'], (text) => (help += text));
} catch (error) {
  if (!(error instanceof UsageExit)) throw error;
}
const startFlags = [...help.matchAll(/^ +(--[a-z-]+) </gm)].map(([, flag = '']) => flag);

test.each(startFlags)('npm start -- %s', (flag) => {
  let written = '';
  expect(() => parseStartOptions([flag, ''], (text) => (written += text))).toThrow(UsageExit);
  expect(written).toMatch(/xpected|Allowed choices/);
});

/** An empty value (`--run "$NAME"` with the variable unset) is a wrong argument, for every option of every command. */
import { Command, CommanderError, type Option } from 'commander';
import { addAwsCommands } from '../../../../tools/cli/aws-commands';
import { addEmulateOptions } from '../../../../tools/cli/emulate-options';
import { engineOption } from '../../../../tools/local-run/engine';
import { addReplayOptions } from '../../../../tools/pipeline/replay';
import { addStageOptions, userIdOption } from '../../../../tools/cli/stage-option';
import { parseStartOptions, UsageExit } from '../../../../tools/cli/start-options';

/** A command with every option that the commands of `npm run pipeline` share, and those of `emulate` and `replay`. */
function everyCommand(): readonly Command[] {
  const shared = new Command('shared').addOption(userIdOption()).addOption(engineOption());
  addStageOptions(shared, { help: '' });
  const program = new Command();
  addAwsCommands(program);
  return [
    shared,
    addEmulateOptions(new Command('emulate')),
    addReplayOptions(new Command('replay')),
    ...program.commands,
  ];
}

const takesValue = everyCommand().flatMap((command) =>
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

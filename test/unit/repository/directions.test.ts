/** Which folder may import which: the rule of ESLint that holds it fails where it should. */
import { Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import { MAY_IMPORT, directions } from '../../../eslint.directions.cjs';

const linter = new Linter({ cwd: '/project' });

/** What the rule says of a file with this text. */
function problems(file: string, text: string): string[] {
  const config = [{ ...directions, languageOptions: { parser } }] as unknown as Linter.Config[];
  return linter.verify(text, config, { filename: `/project/${file}` }).map(({ message }) => message);
}

test.each([
  ['bin/app.ts', '../tools/local-run/paths', 'bin may not import tools/local-run, only: lib'],
  ['lib/sink/stack.ts', '../../tools/pipeline/status', 'lib may not import tools/pipeline'],
  ['services/emulator/ports.ts', '../../lib/stages', 'services may not import lib, only: nothing'],
  ['lambda/topics/index.ts', '../../lib/kafka/topics', 'lambda may not import lib'],
  ['tools/processes/child.ts', '../pipeline/status', 'tools/processes may not import tools/pipeline'],
  ['tools/pipeline/batch.ts', '../cli/format-jobs', 'tools/pipeline may not import tools/cli'],
  [
    'tools/pipeline/doctor/check.ts',
    '../../deployed-stage/stage-aws',
    'tools/pipeline may not import tools/deployed-stage',
  ],
  ['tools/pipeline/status.ts', '../local-run/paths', 'tools/pipeline may not import tools/local-run'],
  ['tools/local-run/run.ts', '../cli/start-options', 'tools/local-run may not import tools/cli'],
  [
    'tools/local-run/doctor/a.ts',
    '../../deployed-stage/stage-aws',
    'tools/local-run may not import tools/deployed-stage',
  ],
  [
    'tools/deployed-stage/connect.ts',
    '../local-run/install/tools',
    'tools/deployed-stage may not import tools/local-run',
  ],
  [
    'tools/deployed-stage/stage-batch.ts',
    '../cli/format-jobs',
    'tools/deployed-stage may not import tools/cli',
  ],
  ['tools/bench/run.ts', '../cli/format-jobs', 'tools/bench may not import tools/cli'],
  ['tools/cost/overview.ts', '../cli/format-cost', 'tools/cost may not import tools/cli'],
])('%s may not import %s', (file, source, message) => {
  for (const text of [
    `import { one } from '${source}';`,
    `import type { One } from '${source}';`,
    `export * from '${source}';`,
    `export { one } from '${source}';`,
    `type One = import('${source}').One;`,
    `await import('${source}.js');`,
    `const one = require('${source}');`,
  ]) {
    expect(problems(file, text)).toEqual([expect.stringContaining(message)]);
  }
});

test('the other direction, packages, the own folder and tests are free', () => {
  const text = (source: string): string => `import { one } from '${source}';`;
  expect(problems('tools/cli/pipeline.ts', text('../deployed-stage/stage-pipeline'))).toEqual([]);
  expect(problems('tools/deployed-stage/doctor/a.ts', text('../../pipeline/doctor/check'))).toEqual([]);
  expect(problems('tools/pipeline/status.ts', text('./stage/cli'))).toEqual([]);
  expect(problems('services/emulator/ports.ts', text('tools/cli/lib'))).toEqual([]);
  expect(problems('test/unit/tools/cli/a.test.ts', text('../../../../tools/cli/pipeline'))).toEqual([]);
});

test('a folder may import only folders above it in the table, so that there is no cycle', () => {
  const folders = Object.keys(MAY_IMPORT);
  for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
    if (folder === 'test') continue; // Tests look into everything, and the benchmarks start a run as a test does.
    for (const other of allowed) expect(folders.indexOf(other)).toBeLessThan(folders.indexOf(folder));
  }
});

/**
 * Every template of every stage, whole, is the one of its file in `templates/`. `npm test -- unit -u` renews the files;
 * CONTRIBUTING.md says how to read them.
 */
import type { Stack } from 'aws-cdk-lib';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stackNamePrefix } from '../../../../lib/stack-names';
import type { Deployment } from '../../../../lib/stages';
import { awsDeployment, deployment, pipeline } from '../synth';
import { readableTemplate } from './readable';
import { complaintAbout, complaintAboutOthers, renew } from './template-files';

const FOLDER = join(__dirname, 'templates');
/** A file is read by people. */
const MAX_BYTES = 100_000;

/** The local stage as an x86 machine has it. */
function localDeployment(): Deployment {
  const { userId, stage } = deployment();
  return { userId, stage: { ...stage, tableEngine: { ...stage.tableEngine, architecture: 'x86_64' } } };
}

const texts = new Map(
  [localDeployment(), awsDeployment('dev'), awsDeployment('prod')].flatMap((deployed) => {
    const { userId, stage } = deployed;
    const prefix = stackNamePrefix(userId, stage.name);
    const { stacks, templates } = pipeline(deployed);
    return Object.entries(stacks).map(([part, stack]: [string, Stack]): [string, string] => [
      `${stage.name}/${stack.stackName.replace(prefix, '')}.yaml`,
      readableTemplate(templates[part as keyof typeof templates].toJSON()),
    ]);
  }),
);

/** Whether this run renews snapshots: jest's own option. */
const { snapshotState } = expect.getState() as { snapshotState?: { readonly _updateSnapshot?: string } };
if (snapshotState?._updateSnapshot === 'all') renew(FOLDER, texts);

test.each([...texts])('the template of %s', (name, text) => {
  const complaint = complaintAbout(FOLDER, name, text);
  if (complaint === undefined) return;
  // With the difference, where there is something to compare with.
  const path = join(FOLDER, name);
  expect([complaint, text]).toEqual([undefined, existsSync(path) ? readFileSync(path, 'utf8') : text]);
});

test('every file belongs to a template', () => {
  expect(complaintAboutOthers(FOLDER, texts)).toBeUndefined();
});

test('no file is larger than people read, and none knows the machine it was made on', () => {
  for (const [name, text] of texts) {
    expect([name, Buffer.byteLength(text) < MAX_BYTES]).toEqual([name, true]);
    expect([name, text.includes(process.cwd())]).toEqual([name, false]);
  }
});

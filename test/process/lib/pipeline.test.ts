/** The app with its functions bundled, which esbuild does in processes of its own. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addPipeline } from '../../../lib/pipeline';
import { app, deployment } from '../../unit/lib/synth';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});
const synthesise = (): Record<string, string> => {
  const outdir = mkdtempSync(join(tmpdir(), 'pipeline-synth-'));
  folders.push(outdir);
  const made = app({ bundle: true, validate: true, outdir });
  addPipeline(made, deployment());
  // CloudFormation's own rules are checked here: a finding throws.
  made.synth();
  const files = readdirSync(outdir).filter((name) => /\.(template|assets)\.json$/.test(name));
  expect(files).toHaveLength(12);
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(outdir, name), 'utf8')]));
};

test('two synths are the same to the byte, wherever they are written', () => {
  const [first, second] = [synthesise(), synthesise()];
  expect(second).toEqual(first);
});

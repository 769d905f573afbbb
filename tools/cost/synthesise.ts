/** The templates of a stage, as `cdk synth` makes them. */
import { App } from 'aws-cdk-lib';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../lib/packaging/project-root';
import { addDeployment } from '../../lib/parked-pipeline';
import { readDeployment } from '../../lib/stages';
import type { Template } from './resource';

/**
 * Synthesises.
 *
 * @param settings as given to the app by `-c name=value`, `stage` among them.
 * @returns the templates by the names of their stacks.
 * @throws SettingError when a setting cannot be used.
 */
export function synthesise(settings: Readonly<Record<string, unknown>>): Record<string, Template> {
  const { context } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'cdk.json'), 'utf8')) as {
    context: Record<string, unknown>;
  };
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-cost-'));
  try {
    const app = new App({
      context: { ...context, 'aws:cdk:bundling-stacks': [] },
      analyticsReporting: false,
      outdir: join(folder, 'cdk.out'),
    });
    addDeployment(
      app,
      readDeployment((name) => settings[name]),
    );
    const { stacks } = app.synth();
    return Object.fromEntries(stacks.map(({ stackName, template }) => [stackName, template as Template]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The templates of a stage, as `cdk synth` makes them, without building what is only deployed. */
import { App } from 'aws-cdk-lib';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDeployment } from '../lib/parked-pipeline';
import { readDeployment } from '../lib/stages';
import type { Template } from './resource';

const PROJECT_ROOT = join(__dirname, '..');

/** Stands for the packages that the settings ask for, on whose content no price depends. */
function placeholders(folder: string, settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const make = (name: string, file: string): string => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, file), '');
    return join(folder, name);
  };
  const spark = (): string => {
    const made = make('spark', 'main.py');
    for (const name of ['python', 'jars']) {
      mkdirSync(join(made, name));
      writeFileSync(join(made, name, name === 'jars' ? 'one.jar' : 'one.py'), '');
    }
    return made;
  };
  return {
    tableEnginePackage: make('table-engine', 'append.py'),
    ...(settings.connectUrl === undefined && {
      sinkPluginZip: join(make('sink', 'plugin.zip'), 'plugin.zip'),
    }),
    ...((settings.batchEngine ?? (settings.stage === 'prod' ? 'emr-serverless' : 'lambda')) ===
      'emr-serverless' && { sparkPackage: spark() }),
    ...(settings.restProxyUrl === undefined && {
      clientHostPackage: make('client-host', 'client-host.tar'),
    }),
  };
}

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
    const all: Record<string, unknown> = { ...placeholders(folder, settings), ...settings };
    const app = new App({
      context: { ...context, 'aws:cdk:bundling-stacks': [] },
      analyticsReporting: false,
      outdir: join(folder, 'cdk.out'),
    });
    addDeployment(
      app,
      readDeployment((name) => all[name]),
    );
    const { stacks } = app.synth();
    return Object.fromEntries(stacks.map(({ stackName, template }) => [stackName, template as Template]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

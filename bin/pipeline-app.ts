/**
 * CDK app. Reads the stage and its settings from the context (`-c stage=local -c userId=pinterest …`, see
 * `lib/stages/`) and adds its stacks. Nothing else reads the context and no environment variable reaches a template, so
 * the same command line always gives the same templates.
 */
import { App } from 'aws-cdk-lib';
import { PROJECT_ROOT } from '../lib/packaging/project-root';
import { requireUsableFolders, UnusablePathError } from '../lib/packaging/usable-folders';
import { addDeployment } from '../lib/parked-pipeline';
import { readDeployment, SettingError } from '../lib/stages';

try {
  requireUsableFolders([['checkout', PROJECT_ROOT]]);
  const app = new App();
  addDeployment(
    app,
    readDeployment((name): unknown => app.node.tryGetContext(name)),
  );
  app.synth();
} catch (error) {
  if (!(error instanceof SettingError || error instanceof UnusablePathError)) {
    throw error;
  }
  // The message of a configuration error is enough; a stack trace would hide it.
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

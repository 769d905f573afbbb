/**
 * The CDK app: reads which stage of whose pipeline to deploy from the context (`-c stage=local -c userId=pinterest …`,
 * see `lib/stages/`), and adds its stacks. This is the only place that reads the context, and nothing of the
 * environment gets into a template, so the same command line gives the same templates everywhere.
 */
import { App } from 'aws-cdk-lib';
import { addDeployment } from '../lib/parked-pipeline';
import { readDeployment, SettingError } from '../lib/stages';
import { PROJECT_ROOT, requireUsablePaths, UnusablePathError } from '../tools/local-run/paths';

try {
  requireUsablePaths([['checkout', PROJECT_ROOT]]);
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
  // A wrong setting or folder is no fault of the app: the sentence says it all, a stack trace would bury it.
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
